//! The stream: one socket, resumed from the last cursor after every break.
import { isStreamFrame, type StreamFrame } from '@countersign/protocol/stream'
import { Refused } from './api.ts'
import type { Session } from './session.ts'

export class Live {
  private socket: WebSocket | null = null
  private cursor: string | null = null
  private wait = 1000
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(
    private readonly session: Session,
    private readonly hear: (frame: StreamFrame) => void,
    private readonly state: (online: boolean) => void,
  ) {
    window.addEventListener('online', this.now)
  }

  readonly now = (): void => {
    clearTimeout(this.timer)
    if (!this.stopped && !this.socket) void this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    window.removeEventListener('online', this.now)
    this.socket?.close(1000)
  }

  private async connect(): Promise<void> {
    try {
      const { ticket } = await this.session.call<{ ticket: string }>('POST', '/widget/v1/stream/tickets', {})
      if (!this.stopped) this.open(ticket)
    } catch (error) {
      if (error instanceof Refused && error.problem.status < 429) this.stopped = true
      this.later()
    }
  }

  private open(ticket: string): void {
    const url = `${location.origin.replace('http', 'ws')}/widget/v1/stream`
    const socket = new WebSocket(url, ['countersign.v1', ticket])
    this.socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ type: 'resume', cursor: this.cursor }))
    socket.onmessage = (event) => this.take(String(event.data))
    socket.onclose = (event) => {
      this.socket = null
      // A cursor that the server does not know any more is of no use for the next time.
      if (event.code === 4400) this.cursor = null
      this.later()
    }
  }

  private take(text: string): void {
    const frame: unknown = JSON.parse(text)
    if (!isStreamFrame(frame)) return
    if (frame.cursor) this.cursor = frame.cursor
    if (frame.type === 'ready') {
      this.wait = 1000
      this.state(true)
    }
    this.hear(frame)
  }

  private later(): void {
    if (this.stopped) return
    this.state(false)
    this.timer = setTimeout(this.now, this.wait * (0.75 + Math.random() / 2))
    this.wait = Math.min(this.wait * 2, 30_000)
  }
}
