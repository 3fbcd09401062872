// The mock's stream: a log of frames with cursors, replayed to whoever resumes, and resync for who was away too long.
import { WebSocketServer } from 'ws'

const KEPT = 200

export class LiveLog {
  constructor() {
    this.frames = []
    this.count = 0
    this.sockets = new Set()
  }

  push(type, data) {
    this.count += 1
    const frame = { type, cursor: `cur_${this.count}`, data }
    this.frames.push({ n: this.count, frame })
    if (this.frames.length > KEPT) this.frames.shift()
    for (const socket of this.sockets) socket.send(JSON.stringify(frame))
  }

  tell(type, data) {
    for (const socket of this.sockets) socket.send(JSON.stringify({ type, cursor: null, data }))
  }

  join(socket, cursor) {
    const at = cursor === null ? this.count : Number(/^cur_(\d+)$/.exec(cursor)?.[1] ?? Number.NaN)
    if (!Number.isInteger(at) || at > this.count) return socket.close(4400)
    const now = `cur_${this.count}`
    const oldest = this.frames[0]?.n ?? this.count + 1
    if (at < this.count && at + 1 < oldest) socket.send(JSON.stringify({ type: 'resync', cursor: now }))
    else for (const { n, frame } of this.frames) if (n > at) socket.send(JSON.stringify(frame))
    socket.send(JSON.stringify({ type: 'ready', cursor: now }))
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
  }

  closeAll(code) {
    for (const socket of this.sockets) socket.close(code)
  }
}

/** Serves the stream on an HTTP server. `mayOpen` looks at cookie and origin; `isUp` lets a test cut the line. */
export function serveStream(server, log, mayOpen, isUp) {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has('countersign.v1') ? 'countersign.v1' : false) })
  server.on('upgrade', (request, raw, head) => {
    if (new URL(request.url, 'http://x').pathname !== '/dashboard/v1/stream') return raw.destroy()
    if (!isUp() || !mayOpen(request)) return raw.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
    sockets.handleUpgrade(request, raw, head, (socket) => {
      const timer = setTimeout(() => socket.close(4408), 10_000)
      socket.once('message', (data) => {
        clearTimeout(timer)
        const frame = parsed(data)
        if (frame?.type !== 'resume' || !('cursor' in frame)) return socket.close(4400)
        log.join(socket, frame.cursor)
      })
    })
  })
}

function parsed(data) {
  try {
    return JSON.parse(String(data))
  } catch {
    return null
  }
}
