// The messages of a thread: days, groups, trust changes, older ones on scrolling up, the newest in sight.
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { ArrowDown } from 'lucide-react'
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Conversation, Message } from '../../contract.ts'
import { inOrder } from '../../live/apply.ts'
import { useLive, useOutgoing, useTypists } from '../../live/live.tsx'
import { Button } from '../../ui/button.tsx'
import { Failed, Skeleton } from '../../ui/states.tsx'
import { useMinute } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { MessageGroup, OutgoingMessage, Separator } from './message.tsx'
import { arranged } from './arrange.ts'

const say = words.thread
/** Closer to the end than this counts as reading the end. */
const NEAR = 80

export function Messages({ conversation }: { conversation: Conversation }) {
  const query = useInfiniteQuery(queries.messages(conversation.id))
  const [readBefore] = useState(conversation.seen.member)
  const messages = inOrder(query.data)
  const arrived = new Set(messages.map((message) => message.client_id))
  const outgoing = useOutgoing(conversation.id).filter((one) => !arrived.has(one.client_id))
  const box = useRef<HTMLDivElement>(null)
  const end = useEnd(box, messages, outgoing.length)
  useSeen(conversation, end.reading)
  useOlder(box, query.hasNextPage && !query.isFetchingNextPage, query.fetchNextPage)

  if (query.isPending) return <Skeleton kind="bubble" rows={6} />
  if (query.isError && messages.length === 0) {
    return <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />
  }
  return (
    <div className="messages-place">
      <div className="messages" ref={box} tabIndex={0} role="log" aria-label={say.log} aria-live="off">
        <Head more={query.hasNextPage} busy={query.isFetchingNextPage} empty={messages.length + outgoing.length === 0} onMore={() => void query.fetchNextPage()} />
        <Thread conversation={conversation} messages={messages} readBefore={readBefore} />
        {outgoing.map((one) => (
          <OutgoingMessage key={one.client_id} outgoing={one} />
        ))}
        <Typists conversation={conversation.id} />
      </div>
      {end.missed > 0 && (
        <Button className="new-pill" look="primary" size="small" onClick={end.go}>
          <ArrowDown size={14} aria-hidden="true" /> {say.newMessages(end.missed)}
        </Button>
      )}
    </div>
  )
}

type ThreadProps = { conversation: Conversation; messages: Message[]; readBefore: number }

function Thread({ conversation, messages, readBefore }: ThreadProps) {
  const now = useMinute()
  const { me } = useLive()
  const parts = arranged(messages, readBefore, now)
  const lastOurs = messages.findLast((message) => message.author.kind === 'member' && message.seq <= conversation.seen.visitor)
  return (
    <>
      {parts.map((part) =>
        part.kind === 'group' ? (
          <MessageGroup key={part.key} messages={part.messages} me={me} contact={conversation.contact} seenSeq={lastOurs?.seq ?? null} />
        ) : (
          <Separator key={part.key} part={part} />
        ),
      )}
    </>
  )
}

function Head({ more, busy, empty, onMore }: { more: boolean; busy: boolean; empty: boolean; onMore: () => void }) {
  if (empty) return <p className="messages-head">{say.empty}</p>
  if (!more) return <p className="messages-head">{say.beginning}</p>
  return (
    <p className="messages-head">
      {busy ? say.loadingEarlier : <Button size="small" look="quiet" onClick={onMore}>{say.earlier}</Button>}
    </p>
  )
}

function Typists({ conversation }: { conversation: string }) {
  const typists = useTypists(conversation)
  return (
    <div className="typists" role="status">
      {typists.map((author) => (
        <p key={author.id}>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {say.typing(author.name ?? words.inbox.anonymous)}
        </p>
      ))}
    </div>
  )
}

/** Keeps the newest message in sight for whoever reads the end, and the place for whoever reads further up. */
function useEnd(box: RefObject<HTMLDivElement | null>, messages: Message[], outgoing: number) {
  const [reading, setReading] = useState(true)
  const [missed, setMissed] = useState(0)
  const before = useRef({ first: 0, last: 0, outgoing: 0, height: 0 })
  const first = messages[0]?.seq ?? 0
  const last = messages[messages.length - 1]?.seq ?? 0
  const go = () => box.current?.scrollTo({ top: box.current.scrollHeight })

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const old = before.current
    const begins = old.last === 0
    if (old.first > first && old.first !== 0) element.scrollTop += element.scrollHeight - old.height
    else if (begins || reading || outgoing > old.outgoing) element.scrollTop = element.scrollHeight
    else if (last > old.last) setMissed((count) => count + last - old.last)
    before.current = { first, last, outgoing, height: element.scrollHeight }
  }, [box, first, last, outgoing, reading])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR
      setReading(near)
      if (near) setMissed(0)
    }
    const resized = new ResizeObserver(() => before.current.last !== 0 && look())
    element.addEventListener('scroll', look, { passive: true })
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      resized.disconnect()
    }
  }, [box, first === 0])
  return { reading, missed, go }
}

/** Tells the server what was seen: only while the page is looked at and the end is in sight. */
function useSeen(conversation: Conversation, reading: boolean): void {
  const { mutate } = useMutation({ mutationFn: ({ id, seq }: { id: string; seq: number }) => api.seen(id, seq) })
  const looked = useLooked()
  const { id, last_seq: seq, seen } = conversation
  useEffect(() => {
    if (looked && reading && seq > seen.member) mutate({ id, seq })
  }, [looked, reading, id, seq, seen.member, mutate])
}

function useLooked(): boolean {
  const [looked, setLooked] = useState(() => document.visibilityState === 'visible' && document.hasFocus())
  useEffect(() => {
    const look = () => setLooked(document.visibilityState === 'visible' && document.hasFocus())
    document.addEventListener('visibilitychange', look)
    addEventListener('focus', look)
    addEventListener('blur', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('focus', look)
      removeEventListener('blur', look)
    }
  }, [])
  return looked
}

/** Loads older messages when the top comes near. */
function useOlder(box: RefObject<HTMLDivElement | null>, can: boolean, load: () => unknown): void {
  useEffect(() => {
    const element = box.current
    if (!element || !can) return
    const look = () => {
      if (element.scrollTop < 200) void load()
    }
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
  }, [box, can, load])
}
