import { afterEach, beforeEach, expect, test, vi } from 'vitest'

type Listener = () => void
const listeners = new Map<string, Listener>()
vi.stubGlobal('location', { search: '?host=https://app.example', pathname: '/embed/cs_pk', origin: 'https://widget.example' })
vi.stubGlobal('window', {
  addEventListener: (name: string, act: Listener) => listeners.set(name, act),
  removeEventListener: (name: string) => listeners.delete(name),
})

class Socket {
  static readonly OPEN = 1
  static all: Socket[] = []
  readyState = 0
  sent: unknown[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  constructor(readonly url: string, readonly protocols: string[]) { Socket.all.push(this) }
  send(text: string) { this.sent.push(JSON.parse(text)) }
  close(code = 1006) { this.end(code) }
  end(code: number) { this.readyState = 3; this.onclose?.({ code }) }
  begin() { this.readyState = 1; this.onopen?.() }
  say(frame: unknown) { this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) }) }
}
vi.stubGlobal('WebSocket', Socket)

const { Live } = await import('../src/live.ts')
const { Refused, Unreachable } = await import('../src/api.ts')

let ticket: () => unknown
let tickets = 0
const heard: string[] = []
const state: boolean[] = []
const caughtUp: boolean[] = []
const open = () => {
  const live = new Live({ call: async <T>() => { tickets += 1; return ticket() as T } })
  live.join({ hear: (frame) => heard.push(frame.type), caughtUp: (isFresh) => caughtUp.push(isFresh), online: (online) => state.push(online) })
  return live
}
/** The newest socket, after everything that is due has happened. */
const socket = async () => {
  await vi.advanceTimersByTimeAsync(0)
  return Socket.all.at(-1)!
}
const created = (cursor: string) => ({ type: 'message.created', cursor, data: {} })

beforeEach(() => {
  vi.useFakeTimers()
  Socket.all = []
  tickets = 0
  heard.length = state.length = caughtUp.length = 0
  ticket = () => ({ ticket: 'cs_tkt_1' })
})
afterEach(() => vi.useRealTimers())

async function opened() {
  const live = open()
  live.now()
  const one = await socket()
  one.begin()
  one.say({ type: 'ready', cursor: 'c1' })
  return { live, one }
}

test('the ticket travels as a subprotocol, never in the address', async () => {
  const { one } = await opened()
  expect(one.url).toBe('wss://widget.example/widget/v1/stream')
  expect(one.protocols).toEqual(['countersign.v1', 'cs_tkt_1'])
  expect(one.sent).toEqual([{ type: 'resume', cursor: null }])
  expect(state).toEqual([true])
  expect(caughtUp).toEqual([true])
})

test('after a break it goes on from the last cursor, and nothing needs to be fetched', async () => {
  const { one } = await opened()
  one.say(created('c2'))
  one.say({ type: 'typing', cursor: null, data: {} })
  one.end(1006)
  expect(state.at(-1)).toBe(false)
  await vi.advanceTimersByTimeAsync(1300)
  const next = await socket()
  expect(next).not.toBe(one)
  next.begin()
  next.say({ type: 'ready', cursor: 'c2' })
  expect(next.sent).toEqual([{ type: 'resume', cursor: 'c2' }])
  expect(caughtUp).toEqual([true, false])
  expect(heard).toEqual(['message.created', 'typing'])
})

test('a cursor that is refused is forgotten, and what was missed is fetched', async () => {
  const { one } = await opened()
  one.end(4400)
  await vi.advanceTimersByTimeAsync(1300)
  const next = await socket()
  next.begin()
  next.say({ type: 'ready', cursor: 'c9' })
  expect(next.sent).toEqual([{ type: 'resume', cursor: null }])
  expect(caughtUp).toEqual([true, true])
  next.say({ type: 'resync', cursor: 'c20' })
  expect(caughtUp).toEqual([true, true, true])
  next.end(1012)
  await vi.advanceTimersByTimeAsync(1300)
  const last = await socket()
  last.begin()
  expect(last.sent).toEqual([{ type: 'resume', cursor: 'c20' }])
})

test('it tries again ever more slowly, never together with others, and at once when the network is back', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  ticket = () => { throw new Unreachable() }
  const live = open()
  live.now()
  const at: number[] = []
  for (let second = 0; second <= 100; second++) {
    const before = tickets
    await vi.advanceTimersByTimeAsync(second === 0 ? 0 : 1000)
    if (tickets > before || second === 0) at.push(second)
  }
  expect(at).toEqual([0, 1, 3, 7, 15, 31, 61, 91])
  const before = tickets
  listeners.get('online')!()
  await vi.advanceTimersByTimeAsync(0)
  expect(tickets).toBe(before + 1)
  live.stop()
  vi.mocked(Math.random).mockRestore()
})

test('whose session is over is not tried again and again', async () => {
  ticket = () => { throw new Refused({ status: 401, code: 'identity_refused', detail: '', request_id: null }) }
  open().now()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(tickets).toBe(1)
})

test('a socket that never gets ready is given up', async () => {
  const live = open()
  live.now()
  const one = await socket()
  one.begin()
  expect(live.say({ type: 'typing', conversation: 'cnv_1' })).toBe(false)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(one.readyState).toBe(3)
  await vi.advanceTimersByTimeAsync(1300)
  expect(Socket.all).toHaveLength(2)
})

test('what comes late from a socket that was given up is not heard, and nonsense does no harm', async () => {
  const { live, one } = await opened()
  for (const text of ['', '{', 'null', '[]', '{"type":"message.created"}', '{"type":"later.version","cursor":"c"}']) one.say(text)
  expect(heard).toEqual([])
  expect(live.say({ type: 'typing', conversation: 'cnv_1' })).toBe(true)
  listeners.get('offline')!()
  expect(state.at(-1)).toBe(false)
  one.say(created('c3'))
  expect(heard).toEqual([])
  live.stop()
  expect(listeners.size).toBe(0)
})
