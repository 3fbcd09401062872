//! The stream: one socket, resumed from the last cursor after every break.
import { isStreamFrame, type StreamFrame, type ToStream } from '@countersign/protocol/stream'
import { passes } from './api.ts'
import { PageFailed } from './session.ts'

/** What makes calls with the session's proof. */
export type Caller = { call<T>(method: string, path: string, body?: unknown): Promise<T> }

export type Ears = {
  hear(frame: StreamFrame): void
  /** From here on nothing is missed; what was before must be fetched. */
  caughtUp(isFresh: boolean): void
  online(online: boolean): void
}

const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000
/** How long a socket may take from the ticket to `ready`. */
const PATIENCE = 15_000

/** The server does not know this cursor, or it is another's. */
const FOREIGN = 4400

export class Live {
  private socket: WebSocket | null = null
  private cursor: string | null = null
  private wait = FIRST_WAIT
  private timer: ReturnType<typeof setTimeout> | undefined
  private connecting = false
  private ready = false
  private stopped = false
  private readonly ears: Ears[] = []

  constructor(private readonly session: Caller) {
    window.addEventListener('online', this.now)
    window.addEventListener('offline', this.cut)
  }

  /** From now on `ears` hear everything, too. */
  join(ears: Ears): void {
    this.ears.push(ears)
  }

  readonly now = (): void => {
    clearTimeout(this.timer)
    if (!this.stopped && !this.socket && !this.connecting) void this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    window.removeEventListener('online', this.now)
    window.removeEventListener('offline', this.cut)
    this.socket?.close(1000)
  }

  /** Whether it could be said here. */
  say(frame: ToStream): boolean {
    if (!this.ready || this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(JSON.stringify(frame))
    return true
  }

  private readonly cut = (): void => {
    const { socket } = this
    this.socket = null
    socket?.close(1000)
    this.later()
  }

  private async connect(): Promise<void> {
    this.connecting = true
    try {
      const { ticket } = await this.session.call<{ ticket: string }>('POST', '/widget/v1/stream/tickets')
      if (!this.stopped) this.open(ticket)
    } catch (error) {
      // Anything else is said to the visitor, and waiting would not mend it.
      if (passes(error) || error instanceof PageFailed) this.later()
    } finally {
      this.connecting = false
    }
  }

  private open(ticket: string): void {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/widget/v1/stream`, ['countersign.v1', ticket])
    const resumed: ToStream = { type: 'resume', cursor: this.cursor }
    this.socket = socket
    this.timer = setTimeout(() => socket.close(), PATIENCE)
    socket.onopen = () => socket.send(JSON.stringify(resumed))
    socket.onmessage = (event) => {
      if (this.socket === socket && !this.stopped) this.take(String(event.data), resumed.cursor === null)
    }
    socket.onclose = (event) => {
      if (this.socket !== socket) return
      this.socket = null
      if (event.code === FOREIGN) this.cursor = null
      this.later()
    }
  }

  private take(text: string, isFresh: boolean): void {
    const frame = parsed(text)
    if (!isStreamFrame(frame)) return
    if (frame.cursor) this.cursor = frame.cursor
    if (frame.type === 'resync') return this.tell((ears) => ears.caughtUp(true))
    if (frame.type !== 'ready') return this.tell((ears) => ears.hear(frame))
    clearTimeout(this.timer)
    this.wait = FIRST_WAIT
    this.ready = true
    this.tell((ears) => ears.online(true))
    this.tell((ears) => ears.caughtUp(isFresh))
  }

  private tell(what: (ears: Ears) => void): void {
    for (const ears of this.ears) what(ears)
  }

  private later(): void {
    clearTimeout(this.timer)
    this.ready = false
    if (this.stopped) return
    this.tell((ears) => ears.online(false))
    this.timer = setTimeout(this.now, this.wait * (0.75 + Math.random() / 2))
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
