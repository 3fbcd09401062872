import { beforeEach, expect, test, vi } from 'vitest'

const told: { kind: string; [name: string]: unknown }[] = []
vi.stubGlobal('location', { search: '?host=https://app.example&view=inbox', pathname: '/embed/cs_pk', origin: 'https://widget.example' })
vi.stubGlobal('document', { hidden: false })
vi.stubGlobal('window', { parent: { postMessage: (message: (typeof told)[number]) => told.push(structuredClone(message)) }, addEventListener: () => {}, removeEventListener: () => {} })
vi.stubGlobal('WebSocket', class { close() {} })

const { Feed } = await import('../src/feed.ts')
const { Live } = await import('../src/live.ts')
const { Badge } = await import('../src/badge.ts')
const { Unreachable } = await import('../src/api.ts')
type Session = import('../src/live.ts').Caller

const at = (n: number) => new Date(1_795_000_000_000 + n).toISOString()
const item = (n: number, extra: object = {}) => ({
  id: `ntf_${n}`, type: 'comment', sub: null, title: `<b>Bob</b> wrote ${n}`, url: `/posts/${n}`, image: null, parameters: {}, replies: [],
  at: at(n), seen_at: null, opened_at: null, clicked_at: null, archived_at: null, ...extra,
})

let calls: [string, string, unknown][]
let unread: number
let pages: Record<string, unknown>
const session = { call: async (method: string, path: string, body: unknown) => {
  calls.push([method, path.replace('/widget/v1', ''), body])
  if (path.endsWith('/unread')) return { unread }
  if (method === 'GET') return structuredClone(pages[new URLSearchParams(path.split('?')[1]).get('cursor') ?? ''])
  if (method === 'PATCH') return { changed: 1, unread: 0 }
  return path.includes('tickets') ? { ticket: 't' } : { unread: 0 }
} } as unknown as Session

beforeEach(() => {
  calls = []
  told.length = 0
  unread = 2
  pages = { '': { items: [item(3), item(2), item(9, { archived_at: at(1) })], next_cursor: 'older' }, older: { items: [item(2), item(1, { seen_at: at(5) })], next_cursor: null } }
})
const around = {
  changed: ({ items, unread, more }: InstanceType<typeof Feed>) => told.push(structuredClone({ kind: 'feed', items, unread, more })),
  follow: (item: unknown) => told.push({ kind: 'follow', item }),
}
const opened = async (shown = false) => {
  const feed = new Feed(session, new Live(session), () => {}, around, shown)
  await feed.start()
  return feed
}
const hear = (feed: InstanceType<typeof Feed>, frame: unknown) => (feed as unknown as { hear(frame: unknown): void }).hear(frame)
const ears: unknown[] = []
vi.spyOn(Live.prototype, 'join').mockImplementation((joined) => void ears.push(joined))
const settled = () => new Promise((done) => setTimeout(done))
const ids = (feed: InstanceType<typeof Feed>) => feed.items.map(({ id }) => id)
const seen = () => calls.filter(([method]) => method === 'PATCH').map(([, , body]) => body)
const last = () => told.filter(({ kind }) => kind === 'feed').at(-1)

test('the page is told what is loaded, without what was put away, and with the words of each title', async () => {
  await opened()
  expect(last()).toMatchObject({ unread: 2, more: true, items: [{ id: 'ntf_3', text: 'Bob wrote 3', url: '/posts/3' }, { id: 'ntf_2' }] })
})

test('older ones follow, each once', async () => {
  const feed = await opened()
  await feed.loadOlder()
  expect(ids(feed)).toEqual(['ntf_3', 'ntf_2', 'ntf_1'])
  expect(last()).toMatchObject({ more: false })
})

test('a new one stands first, also when it is told twice, and the count is the server’s', async () => {
  const feed = await opened()
  for (let times = 0; times < 2; times++) hear(feed, { type: 'notification.added', cursor: 'c', data: { notification: item(4), unread: 7 } })
  expect(ids(feed)).toEqual(['ntf_4', 'ntf_3', 'ntf_2'])
  expect(feed.unread).toBe(7)
})

test('only what stands before the visitor’s eyes counts as seen, and stays marked until they look away', async () => {
  const feed = await opened()
  expect(seen()).toEqual([])
  feed.show(true)
  await vi.waitFor(() => expect(feed.unread).toBe(0))
  expect(seen()).toMatchObject([{ ids: ['ntf_3', 'ntf_2'] }])
  expect([...feed.fresh]).toEqual(['ntf_3', 'ntf_2'])
  feed.show(false)
  expect(feed.fresh.size).toBe(0)
})

test('archiving and following are noted, and the page goes where the item leads', async () => {
  const feed = await opened()
  await feed.archive(['ntf_3'])
  expect(ids(feed)).toEqual(['ntf_2'])
  await feed.follow(feed.items[0]!)
  expect(seen()).toMatchObject([{ ids: ['ntf_3'], archived_at: expect.any(String) }, { ids: ['ntf_2'], clicked_at: expect.any(String) }])
  expect(told.at(-1)).toMatchObject({ kind: 'follow', item: { id: 'ntf_2' } })
})

test('what another tab did is fetched, and what could not be said is not shown as done', async () => {
  const feed = await opened()
  pages[''] = { items: [item(3)], next_cursor: null }
  hear(feed, { type: 'notifications.changed', cursor: 'c', data: { unread: 1 } })
  await vi.waitFor(() => expect(ids(feed)).toEqual(['ntf_3']))
  const call = session.call
  session.call = (async (method: string, path: string, body: unknown) => {
    if (method === 'PATCH') throw new Unreachable()
    return call(method, path, body)
  }) as typeof call
  await feed.archive(['ntf_3'])
  session.call = call
  expect(ids(feed)).toEqual(['ntf_3'])
})

test('a feed that fits one page is counted without asking for the count', async () => {
  pages = { '': { items: [item(3), item(2, { seen_at: at(5) }), item(9, { archived_at: at(1) })], next_cursor: null } }
  const feed = await opened()
  expect(feed.unread).toBe(1)
  expect(calls.map(([, path]) => path)).not.toContain('/notifications/unread')
})

test('beside conversations it comes with the stream; what failed is fetched at the next chance', async () => {
  const feed = new Feed(session, new Live(session), () => {}, around, false)
  const caughtUp = (isFresh: boolean) => (ears.at(-1) as { caughtUp(isFresh: boolean): void }).caughtUp(isFresh)
  const all = pages
  pages = null as never
  caughtUp(true)
  await settled()
  expect([feed.ready, feed.used]).toEqual([false, false])
  pages = all
  caughtUp(false)
  await settled()
  expect([feed.ready, feed.used, ids(feed)]).toEqual([true, true, ['ntf_3', 'ntf_2']])
  calls = []
  caughtUp(false)
  await settled()
  expect(calls).toEqual([])
})

test('who never was told anything has no feed to look at, until the first comes', async () => {
  pages = { '': { items: [], next_cursor: null } }
  const feed = await opened()
  expect(feed.used).toBe(false)
  hear(feed, { type: 'notification.added', cursor: 'c', data: { notification: item(4), unread: 1 } })
  expect(feed.used).toBe(true)
})

test('the page’s button counts messages and notifications together, and hears each sum once', () => {
  const badge = new Badge()
  badge.put('messages', 0)
  badge.put('notifications', 2)
  badge.put('messages', 3)
  badge.put('messages', 3)
  badge.put('notifications', 0)
  expect(told.filter(({ kind }) => kind === 'unread').map(({ count }) => count)).toEqual([0, 2, 5, 3])
})
