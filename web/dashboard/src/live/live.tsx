// Everything live that the signed-in pages share: the stream's state, replies on their way, who is typing.
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from 'react'
import { signOutHere } from '../api/session.ts'
import { api } from '../api/routes.ts'
import type { Frame } from '../contract.ts'
import { announce } from '../ui/toast.tsx'
import { words } from '../words.ts'
import { Outbox } from './outbox.ts'
import { type Socket, Stream, type StreamState } from './stream.ts'
import { Typing } from './typing.ts'
import { applyMessage, applyNews, fetchAgain, knownConversation } from './wire.ts'

type Live = { outbox: Outbox; typing: Typing; stream: StreamState; me: string }

const LiveContext = createContext<Live | null>(null)

const later = (act: () => void, ms: number) => {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

export function LiveProvider({ me, children }: { me: string; children: ReactNode }) {
  const cache = useQueryClient()
  const [stream, setStream] = useState<StreamState>('connecting')
  const [outbox] = useState(() => newOutbox(cache, me))
  const [typing] = useState(() => new Typing(later))
  useEffect(() => connect(cache, me, typing, setStream), [cache, me, typing])
  return <LiveContext value={{ outbox, typing, stream, me }}>{children}</LiveContext>
}

export function useLive(): Live {
  const live = use(LiveContext)
  if (!live) throw new Error('useLive stands outside of LiveProvider')
  return live
}

/** The replies of one conversation that are not yet confirmed. */
export function useOutgoing(conversation: string) {
  const { outbox } = useLive()
  return useSyncExternalStore(outbox.subscribe, outbox.snapshot).filter((one) => one.conversation === conversation)
}

/** The others who are typing in a conversation. */
export function useTypists(conversation: string) {
  const { typing, me } = useLive()
  return useSyncExternalStore(typing.subscribe, typing.snapshot)
    .filter((entry) => entry.conversation === conversation && entry.author.id !== me)
    .map((entry) => entry.author)
}

function newOutbox(cache: QueryClient, me: string): Outbox {
  return new Outbox({
    send: api.reply,
    sent: (message) => applyMessage(cache, me, message),
    later: (ms) => new Promise((done) => setTimeout(done, ms)),
    id: () => crypto.randomUUID(),
    now: () => new Date().toISOString(),
  })
}

function connect(cache: QueryClient, me: string, typing: Typing, setState: (state: StreamState) => void): () => void {
  const receive = (frame: Exclude<Frame, { type: 'ready' | 'resync' }>) => {
    if (frame.type === 'typing') return typing.heard(frame.data.conversation, frame.data.author)
    if (frame.type === 'message.created') {
      typing.forget(frame.data.conversation, frame.data.author.id)
      if (frame.data.author.kind === 'visitor' && isNew(cache, frame.data)) {
        announce(words.inbox.newMessage(frame.data.author.name ?? words.inbox.anonymous))
      }
    }
    applyNews(cache, me, frame)
  }
  const stream = new Stream(
    { connect: openSocket, later, chance: Math.random, isOnline: () => navigator.onLine },
    { frame: receive, caughtUp: (complete) => complete || fetchAgain(cache), state: setState, over: signOutHere },
  )
  const wake = () => stream.wake()
  const lost = () => stream.lost()
  addEventListener('online', wake)
  addEventListener('offline', lost)
  stream.start()
  return () => {
    removeEventListener('online', wake)
    removeEventListener('offline', lost)
    stream.stop()
  }
}

function isNew(cache: QueryClient, message: { conversation: string; seq: number }): boolean {
  return message.seq > (knownConversation(cache, message.conversation)?.last_seq ?? 0)
}

function openSocket(): Socket {
  const url = new URL('/dashboard/v1/stream', location.href)
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  const real = new WebSocket(url, 'countersign.v1')
  const socket: Socket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => real.send(text),
    close: (code) => real.close(code),
  }
  real.onopen = () => socket.onopen?.()
  real.onmessage = (event) => socket.onmessage?.({ data: event.data })
  real.onclose = (event) => socket.onclose?.({ code: event.code })
  return socket
}
