import type { Conversation, Message } from '@countersign/protocol/contract'
import { beforeEach, expect, test, vi } from 'vitest'

const told: unknown[] = []
vi.stubGlobal('location', { search: '?host=https://app.example', pathname: '/embed/cs_pk', origin: 'https://widget.example' })
vi.stubGlobal('document', { hidden: false })
vi.stubGlobal('window', { parent: { postMessage: (message: unknown) => told.push(message) }, addEventListener: () => {}, removeEventListener: () => {} })
vi.stubGlobal('WebSocket', class { close() {} })

const { Box, NEW } = await import('../src/box.ts')
const { Live } = await import('../src/live.ts')
const { Refused, Unreachable } = await import('../src/api.ts')
type Session = import('../src/live.ts').Caller

const message = (seq: number, extra: Partial<Message> = {}): Message => ({
  id: `msg_${seq}`, conversation: 'cnv_1', seq, client_id: null, text: `text ${seq}`, created_at: '2026-11-21T10:00:00.000Z',
  author: { kind: 'member', id: 'mem_1', name: 'Sam', trust: null }, ...extra,
})
const conversation = (extra: Partial<Conversation> = {}): Conversation => ({
  id: 'cnv_1', state: 'open', contact: { id: 'con_1', flags: [], trust: 'jwt' }, assignee: null, last_seq: 2, unread: 0,
  seen: { visitor: 2, member: 0 }, preview: null, created_at: '2026-11-21T10:00:00.000Z', last_message_at: null, ...extra,
} as Conversation)

let calls: [string, string, unknown][]
let answer: (method: string, path: string, body: unknown) => unknown
const session = { call: (method: string, path: string, body: unknown) => {
  calls.push([method, path, body])
  return Promise.resolve().then(() => answer(method, path, body))
} } as unknown as Session

beforeEach(() => {
  calls = []
  told.length = 0
  answer = (method, path) => {
    if (path.includes('/messages') && method === 'GET') return { items: [message(2), message(1)], next_cursor: null }
    if (path.includes('tickets')) return { ticket: 't' }
    return { items: [conversation()], next_cursor: null }
  }
})

async function opened() {
  const box = new Box(session, new Live(session), () => {}, (count) => told.push({ kind: 'unread', count }), false)
  await box.start()
  return box
}
type Inside = { hear(frame: unknown): void; catchUp(isFresh: boolean): Promise<void> }
const inside = (box: InstanceType<typeof Box>) => box as unknown as Inside
const hear = (box: InstanceType<typeof Box>, frame: unknown) => inside(box).hear(frame)

test('messages stand in the order of their numbers, each once', async () => {
  const box = await opened()
  for (const seq of [4, 3, 4, 2]) hear(box, { type: 'message.created', cursor: 'c', data: message(seq) })
  expect(box.thread().messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
})

test('what the other side writes is counted until it is looked at', async () => {
  const box = await opened()
  hear(box, { type: 'message.created', cursor: 'c', data: message(3) })
  expect(told.at(-1)).toEqual({ kind: 'unread', count: 1 })
  box.show(true)
  expect(told.at(-1)).toEqual({ kind: 'unread', count: 0 })
  expect(calls.at(-1)).toEqual(['PUT', '/widget/v1/conversations/cnv_1/seen', { seq: 3 }])
})

test('a message that fails is sent again under the same client_id', async () => {
  const box = await opened()
  const usual = answer
  answer = (method, path) => { if (method === 'POST' && path.endsWith('/messages')) throw new Unreachable(); return usual(method, path, null) }
  box.send('hello')
  await vi.waitFor(() => expect(box.thread().drafts[0]?.state).toBe('delayed'))
  answer = (_, __, body) => message(3, { client_id: (body as { client_id: string }).client_id, author: { kind: 'visitor' } })
  await inside(box).catchUp(false)
  await vi.waitFor(() => expect(box.thread().drafts).toEqual([]))
  const sent = calls.filter(([method, path]) => method === 'POST' && path.endsWith('/messages')).map(([, , body]) => body)
  expect(sent).toHaveLength(2)
  expect(sent[0]).toEqual(sent[1])
})

test('a draft whose message the stream brings first is shown once', async () => {
  const box = await opened()
  answer = () => new Promise(() => {})
  box.send('hello')
  const { client_id } = box.thread().drafts[0]!
  hear(box, { type: 'message.created', cursor: 'c', data: message(3, { client_id, author: { kind: 'visitor' } }) })
  expect(box.thread().drafts).toEqual([])
  expect(box.thread().messages).toHaveLength(3)
})

test('a conversation that was closed meanwhile is fetched again', async () => {
  const box = await opened()
  const problem = { status: 409, code: 'conversation_closed', detail: '', request_id: null }
  answer = (method) => { if (method === 'POST') throw new Refused(problem); return { items: [conversation({ state: 'closed' })], next_cursor: null } }
  box.send('hello')
  await vi.waitFor(() => expect(box.conversation()?.state).toBe('closed'))
})

test('messages that are written at once are sent in their order, in one conversation', async () => {
  let seq = 0
  answer = (method, path, body) => {
    const { client_id, text } = (body ?? {}) as { client_id: string; text: string }
    if (method === 'POST' && path === '/widget/v1/conversations') return conversation({ last_seq: (seq = 1) })
    if (method === 'POST') return message((seq += 1), { client_id, text, author: { kind: 'visitor' } })
    if (path.includes('/messages')) return { items: [message(1)], next_cursor: null }
    return { items: [], next_cursor: null }
  }
  const box = new Box(session, new Live(session), () => {}, (count) => told.push({ kind: 'unread', count }), false)
  await box.start()
  for (const text of ['one', 'two', 'three']) box.send(text)
  await vi.waitFor(() => expect(box.thread().messages).toHaveLength(3))
  const posts = calls.filter(([method, path]) => method === 'POST' && !path.includes('tickets'))
  expect(posts.map(([, path, body]) => [path, (body as { text: string }).text])).toEqual([
    ['/widget/v1/conversations', 'one'],
    ['/widget/v1/conversations/cnv_1/messages', 'two'],
    ['/widget/v1/conversations/cnv_1/messages', 'three'],
  ])
  expect(box.thread().drafts).toEqual([])
})

test('a message that is refused waits for its writer, and those after it are sent', async () => {
  const box = await opened()
  const problem = { status: 400, code: 'bad_text', detail: '', request_id: null }
  answer = (_, __, body) => {
    const { client_id, text } = body as { client_id: string; text: string }
    if (text === 'bad') throw new Refused(problem)
    return message(3, { client_id, text, author: { kind: 'visitor' } })
  }
  box.send('bad')
  box.send('good')
  await vi.waitFor(() => expect(box.thread().messages).toHaveLength(3))
  expect(box.thread().drafts.map(({ text, state }) => [text, state])).toEqual([['bad', 'refused']])
})

test('what was missed before the stream began is fetched, and a gap leaves nothing false', async () => {
  const box = await opened()
  answer = (_, path) => path.includes('/messages')
    ? { items: [message(90), message(89)], next_cursor: 'older' }
    : { items: [conversation({ last_seq: 90 })], next_cursor: null }
  await inside(box).catchUp(true)
  expect(box.thread().messages.map(({ seq }) => seq)).toEqual([89, 90])
  expect(box.thread().older).toBe('older')
})

test('without a conversation the first message opens one', async () => {
  answer = (method, path) => {
    if (method === 'POST' && path === '/widget/v1/conversations') return conversation({ last_seq: 1 })
    if (path.includes('/messages')) return { items: [message(1)], next_cursor: null }
    return { items: [], next_cursor: null }
  }
  const box = new Box(session, new Live(session), () => {}, (count) => told.push({ kind: 'unread', count }), false)
  await box.start()
  expect(box.current).toBe(NEW)
  box.send('hello')
  await vi.waitFor(() => expect(box.current).toBe('cnv_1'))
  expect(box.thread().messages).toHaveLength(1)
})
