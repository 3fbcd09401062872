// The live connection: one WebSocket that resumes where it stopped, and says in what state it is.
import { isFrame } from './frame.ts'
import type { Frame } from '../contract.ts'

export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'over'

export type Socket = {
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(code?: number): void
}

export type Surroundings = {
  connect: () => Socket
  later: (act: () => void, ms: number) => () => void
  chance: () => number
  isOnline: () => boolean
}

export type StreamListener = {
  /** A frame that carries news. `ready` and `resync` are told by `caughtUp`. */
  frame: (frame: Exclude<Frame, { type: 'ready' | 'resync' }>) => void
  /** `complete` is false when something may have been missed: fetch the lists again. */
  caughtUp: (complete: boolean) => void
  state: (state: StreamState) => void
  /** The session is over (4401). The stream does not come back. */
  over: () => void
}

const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000
/** A socket that opened and then says nothing at all is given up after this. */
const READY_WITHIN = 15_000

export class Stream {
  private cursor: string | null = null
  private socket: Socket | null = null
  private failures = 0
  private cancelTimer: () => void = () => {}
  private state: StreamState = 'connecting'

  constructor(
    private readonly around: Surroundings,
    private readonly listener: StreamListener,
  ) {}

  start(): void {
    this.open('connecting')
  }

  stop(): void {
    this.cancelTimer()
    this.drop()
    this.become('over')
  }

  /** The browser says that the network came back: don't wait for the timer. */
  wake(): void {
    if (this.state !== 'offline' && this.state !== 'reconnecting') return
    this.failures = 0
    this.open('reconnecting')
  }

  /** The browser says that the network is gone. */
  lost(): void {
    if (this.state === 'over') return
    this.cancelTimer()
    this.drop()
    this.become('offline')
  }

  private open(state: StreamState): void {
    this.cancelTimer()
    this.drop()
    this.become(state)
    const socket = this.around.connect()
    this.socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ type: 'resume', cursor: this.cursor }))
    socket.onmessage = (event) => this.receive(event.data)
    socket.onclose = (event) => this.closed(event.code)
    this.cancelTimer = this.around.later(() => this.closed(1006), READY_WITHIN)
  }

  private receive(data: unknown): void {
    const frame = parsed(data)
    if (!frame) return // A kind of frame that a newer server knows.
    const fresh = this.cursor === null
    if (frame.cursor !== null) this.cursor = frame.cursor
    switch (frame.type) {
      case 'ready':
        return this.ready(!fresh)
      case 'resync':
        return this.ready(false)
      default:
        this.listener.frame(frame)
    }
  }

  private ready(complete: boolean): void {
    this.cancelTimer()
    this.failures = 0
    this.become('live')
    this.listener.caughtUp(complete)
  }

  private closed(code: number): void {
    this.cancelTimer()
    this.drop()
    if (code === 4401) {
      this.become('over')
      return this.listener.over()
    }
    if (code === 4400) this.cursor = null
    this.become(this.around.isOnline() ? 'reconnecting' : 'offline')
    this.cancelTimer = this.around.later(() => this.open(this.state), this.wait())
    this.failures += 1
  }

  /** 1 s, doubling to 30 s; between half and the whole of it, so that a restarted server is not stormed. */
  private wait(): number {
    const most = Math.min(FIRST_WAIT * 2 ** this.failures, LONGEST_WAIT)
    return most * (0.5 + this.around.chance() / 2)
  }

  private drop(): void {
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(1000)
  }

  private become(state: StreamState): void {
    if (state === this.state) return
    this.state = state
    this.listener.state(state)
  }
}

function parsed(data: unknown): Frame | null {
  if (typeof data !== 'string') return null
  try {
    const value: unknown = JSON.parse(data)
    return isFrame(value) ? value : null
  } catch {
    return null
  }
}
