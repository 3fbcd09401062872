// The stream client: resumes where it stopped, backs off, tells what may be missing.
import { beforeEach, describe, expect, it } from 'vitest'
import { type Socket, Stream, type StreamState } from '../src/live/stream.ts'

class FakeSocket implements Socket {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  sent: string[] = []
  closed: number | null = null
  send(text: string) {
    this.sent.push(text)
  }
  close(code = 1005) {
    this.closed = code
  }
  gives(frame: unknown) {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) })
  }
}

let sockets: FakeSocket[]
let timers: { act: () => void; ms: number; live: boolean }[]
let told: string[]
let online: boolean
let stream: Stream

const last = () => sockets[sockets.length - 1] ?? new FakeSocket()
const waiting = () => timers.filter((timer) => timer.live)
const fire = () => {
  const timer = waiting().at(-1)
  if (timer) timer.live = false
  timer?.act()
}

beforeEach(() => {
  sockets = []
  timers = []
  told = []
  online = true
  stream = new Stream(
    {
      connect: () => {
        const socket = new FakeSocket()
        sockets.push(socket)
        return socket
      },
      later: (act, ms) => {
        const timer = { act, ms, live: true }
        timers.push(timer)
        return () => {
          timer.live = false
        }
      },
      chance: () => 1,
      isOnline: () => online,
    },
    {
      frame: (frame) => told.push(frame.type),
      caughtUp: (complete) => told.push(complete ? 'complete' : 'incomplete'),
      state: (state: StreamState) => told.push(state),
      over: () => told.push('signed out'),
    },
  )
  stream.start()
})

const message = (cursor: string, seq = 1) => ({
  type: 'message.created',
  cursor,
  data: { id: 'msg_1', conversation: 'cnv_1', seq, client_id: null, text: 'hi', author: { kind: 'visitor', id: 'con_1', name: null, trust: 'jwt' }, created_at: '' },
})

describe('stream', () => {
  it('begins from now on, and says that older lists may be stale', () => {
    last().onopen?.()
    last().gives({ type: 'ready', cursor: 'c0' })
    expect(last().sent).toEqual(['{"type":"resume","cursor":null}'])
    expect(told).toEqual(['live', 'incomplete'])
  })

  it('resumes with the last cursor that it received and is then complete', () => {
    last().gives({ type: 'ready', cursor: 'c0' })
    last().gives(message('c7'))
    last().onclose?.({ code: 1012 })
    fire()
    last().onopen?.()
    expect(last().sent).toEqual(['{"type":"resume","cursor":"c7"}'])
    last().gives(message('c8', 2))
    last().gives({ type: 'ready', cursor: 'c8' })
    expect(told).toEqual(['live', 'incomplete', 'message.created', 'reconnecting', 'message.created', 'live', 'complete'])
  })

  it('asks for everything again after resync, and goes on from its cursor', () => {
    last().gives({ type: 'ready', cursor: 'c0' })
    last().gives({ type: 'resync', cursor: 'c90' })
    last().onclose?.({ code: 1006 })
    fire()
    last().onopen?.()
    expect(told).toContain('incomplete')
    expect(last().sent).toEqual(['{"type":"resume","cursor":"c90"}'])
  })

  it('does not move the cursor for typing', () => {
    last().gives({ type: 'ready', cursor: 'c3' })
    last().gives({ type: 'typing', cursor: null, data: { conversation: 'cnv_1', author: { kind: 'visitor', id: 'con_1', name: 'A' } } })
    last().onclose?.({ code: 1001 })
    fire()
    last().onopen?.()
    expect(last().sent).toEqual(['{"type":"resume","cursor":"c3"}'])
    expect(told).toContain('typing')
  })

  it('waits 1 s, doubling to 30 s', () => {
    const waits = []
    for (let n = 0; n < 7; n += 1) {
      last().onclose?.({ code: 1006 })
      waits.push(waiting().at(-1)?.ms)
      fire()
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  })

  it('begins at 1 s again after it was live', () => {
    for (let n = 0; n < 3; n += 1) {
      last().onclose?.({ code: 1006 })
      fire()
    }
    last().gives({ type: 'ready', cursor: 'c1' })
    last().onclose?.({ code: 1006 })
    expect(waiting().at(-1)?.ms).toBe(1_000)
  })

  it('never comes back after 4401', () => {
    last().gives({ type: 'ready', cursor: 'c1' })
    last().onclose?.({ code: 4401 })
    expect(told.slice(-2)).toEqual(['over', 'signed out'])
    expect(waiting()).toEqual([])
  })

  it('forgets a cursor that is refused', () => {
    last().gives({ type: 'ready', cursor: 'c1' })
    last().onclose?.({ code: 4400 })
    fire()
    last().onopen?.()
    expect(last().sent).toEqual(['{"type":"resume","cursor":null}'])
  })

  it('gives up a socket that opens and says nothing', () => {
    const first = last()
    expect(waiting().at(-1)?.ms).toBe(15_000)
    fire()
    expect(first.closed).toBe(1000)
    expect(told).toEqual(['reconnecting'])
  })

  it('says offline, and comes back at once when the network does', () => {
    online = false
    stream.lost()
    expect(told).toEqual(['offline'])
    stream.wake()
    expect(sockets).toHaveLength(2)
    expect(told).toEqual(['offline', 'reconnecting'])
  })

  it.each([['not json'], ['[]'], ['{"type":"message.created","cursor":"c1","data":{}}'], ['{"type":"later.kind","cursor":"c1","data":{}}'], ['null'], ['{"type":"ready"}']])(
    'ignores what is no frame that it knows: %s',
    (text) => {
      last().gives(text)
      expect(told).toEqual([])
    },
  )
})
