import type { Identity } from '@countersign/protocol/frame'
import { beforeEach, expect, test, vi } from 'vitest'

/** What the page around the frame does, and what the server answers. */
let page: (jkt: string | null) => { value: Identity | null; failed: boolean } | null
let server: (call: Call) => Response | Promise<Response>
type Body = { widget?: string; identity?: Identity; visitor_token?: string; key?: JsonWebKey; join?: { access_token: string; dpop?: string }; refresh_token?: string }
type Call = { method: string; path: string; body: Body; authorization: string | null; dpop: Record<string, unknown> | null }

const told: { kind: string; [name: string]: unknown }[] = []
const asked: (string | null)[] = []
let calls: Call[] = []

vi.stubGlobal('location', { search: '?host=https://app.example', pathname: '/embed/cs_pk', origin: 'https://widget.example' })
const parent = { postMessage: (message: (typeof told)[number], target: string) => {
  expect(target).toBe('https://app.example')
  told.push(message)
  if (message.kind !== 'ask') return
  asked.push(message.jkt as string | null)
  const answer = page(message.jkt as string | null)
  if (!answer) return
  const { value, failed } = answer
  void Promise.resolve().then(() => answered(message.request as number, value, failed))
} }
vi.stubGlobal('window', { parent, addEventListener: () => {} })

/** What this browser keeps; `null`: it keeps nothing. */
let shelf: Map<string, unknown> | null = new Map()
vi.mock('../src/keep.ts', () => ({
  recall: async (widget: string) => shelf?.get(widget) ?? null,
  keep: async (widget: string, kept: unknown) => Boolean(shelf?.set(widget, structuredClone(kept))),
  forget: async (widget: string) => shelf?.delete(widget) ?? false,
  alone: async (_: string, act: () => Promise<unknown>) => act(),
}))

const { answered } = await import('../src/host.ts')
const { Session, Insecure, NobodyThere, PageFailed, PageSilent, Replaced } = await import('../src/session.ts')
const { Refused, Unreachable } = await import('../src/api.ts')

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'dpop-nonce': 'n-1', ...headers } })
const no = (status: number, code: string, headers?: Record<string, string>) => json(status, { code, detail: '', request_id: 'req_1' }, headers)
let number = 0
const tokens = (contact: string, extra: object = {}) => ({
  access_token: `at-${(number += 1)}`, token_type: 'DPoP', expires_in: 600, refresh_token: `rt-${number}`, visitor_token: null,
  trust: 'jwt', session: { id: 'ses_1', expires_at: '' }, contact: { id: contact, name: null, email: null }, ...extra,
})

vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
  const headers = init.headers as Record<string, string>
  const dpop = headers.dpop ? (JSON.parse(Buffer.from(headers.dpop.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>) : null
  const call = {
    method: init.method!, path: url.replace('https://widget.example', ''), body: JSON.parse(String(init.body ?? '{}')) as Body,
    authorization: headers.authorization ?? null, dpop,
  }
  calls.push(call)
  return server(call)
})

const SESSIONS = '/widget/v1/sessions'
const token = (sub: string, jti: string, more: object = {}) => ({
  token: ['{}', JSON.stringify({ sub, jti, iat: Math.random(), ...more }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.'),
})
const subOf = (body: Body) => body.identity ? (JSON.parse(Buffer.from(String(body.identity.token).split('.')[1]!, 'base64url').toString()) as { sub: string }).sub : null

/** Believes everything; a renewal goes on with whoever was there. */
function believes() {
  let who = 'nobody'
  server = ({ method, path, body }) => {
    if (method === 'DELETE') return new Response(null, { status: 204 })
    if (path === SESSIONS) who = subOf(body) ?? (body.visitor_token ? 'anonymous-again' : 'anonymous')
    if (path.startsWith(SESSIONS)) {
      const anonymous = who.startsWith('anonymous') ? { trust: 'anonymous', visitor_token: path === SESSIONS ? `vt-${number}` : null } : {}
      return json(path === SESSIONS ? 201 : 200, tokens(who, anonymous))
    }
    return json(200, { ok: true })
  }
}
const rules = { mode: 'enforce', anonymous: true, allow_bearer: true }
const begin = (about: { identity?: boolean; visitor?: string | null; keepVisitor?: boolean } = {}, extra: Partial<typeof rules> = {}) =>
  new Session({ ...rules, ...extra }, { identity: true, visitor: null, keepVisitor: false, ...about })
const paths = () => calls.map(({ method, path }) => `${method} ${path.replace('/widget/v1', '')}`)

beforeEach(() => {
  calls = []
  told.length = asked.length = 0
  shelf = new Map()
  page = () => ({ value: token('alice', `${asked.length}`), failed: false })
  believes()
})

test('a session is opened by the proof for this browser’s key, and every call is bound to it', async () => {
  const session = begin()
  expect(await session.call('GET', '/widget/v1/conversations?limit=50')).toEqual({ ok: true })
  expect(asked).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
  expect(paths()).toEqual(['POST /sessions', 'GET /conversations?limit=50'])
  expect(calls[0]!.body.key).toMatchObject({ kty: 'EC', crv: 'P-256' })
  expect(calls[1]!.authorization).toMatch(/^DPoP at-/)
  expect(calls[1]!.dpop).toMatchObject({ htm: 'GET', htu: 'https://widget.example/widget/v1/conversations', ath: expect.any(String) })
  expect(told.at(-1)).toEqual({ kind: 'session', trust: 'jwt', contact: 'alice' })
})

test('a nonce that is old is mended in silence, once', async () => {
  const usual = server
  server = (call) => (call.dpop?.nonce === 'n-2' ? usual(call) : no(401, 'use_dpop_nonce', { 'dpop-nonce': 'n-2' }))
  await begin().open()
  expect(paths()).toEqual(['POST /sessions', 'POST /sessions'])
  server = () => no(401, 'use_dpop_nonce', { 'dpop-nonce': 'n-3' })
  calls = []
  shelf = new Map()
  await expect(begin().open()).rejects.toBeInstanceOf(Refused)
  expect(calls.length).toBeLessThan(5)
})

test('a clock that goes wrong takes the server’s time', async () => {
  const ahead = 3_600_000
  const usual = server
  server = (call) => (Math.abs(Number(call.dpop!.iat) - (Date.now() + ahead) / 1000) < 60 ? usual(call)
    : no(401, 'dpop_required', { date: new Date(Date.now() + ahead).toUTCString() }))
  await begin().open()
  expect(paths()).toEqual(['POST /sessions', 'POST /sessions'])
  server = (call) => (Math.abs(Number(call.dpop!.iat) - Date.now() / 1000) < 60 ? usual(call) : no(401, 'dpop_required', { date: new Date().toUTCString() }))
  shelf = new Map()
  await begin().open()
})

test('the next page of the same person goes on with key and session; only refresh token and key are kept', async () => {
  await begin().open()
  expect([...shelf!.values()]).toEqual([expect.objectContaining({ refreshToken: expect.any(String), visitorToken: null })])
  expect(JSON.stringify([...shelf!.values()])).not.toContain('at-')
  calls = []
  const next = begin()
  await next.open()
  expect(paths()).toEqual(['POST /sessions/refresh'])
  expect(asked[1]).toBe(asked[0])
  expect(next.contact).toBe('alice')
})

test('what a proof newly says of the same person is brought to the server', async () => {
  await begin().open()
  calls = []
  page = () => ({ value: token('alice', 'x', { name: 'Alice C.' }), failed: false })
  await begin().open()
  expect(paths()).toEqual(['POST /sessions'])
  expect(asked[1]).toBe(asked[0])
})

test('another person gets another key, and the former one’s session is ended', async () => {
  await begin().open()
  calls = []
  page = () => ({ value: token('bob', 'x'), failed: false })
  const session = begin()
  await session.open()
  expect(session.contact).toBe('bob')
  expect(paths()).toEqual(['POST /sessions/refresh', 'DELETE /sessions/current', 'POST /sessions'])
  expect(new Set(asked).size).toBe(2)
  expect(calls.at(-1)!.body).not.toHaveProperty('visitor_token')
  expect(calls.at(-1)!.body).not.toHaveProperty('join')
})

test('whoever has signed out is nobody on the next page', async () => {
  await begin().open()
  calls = []
  const session = begin({ identity: false })
  await session.open()
  expect(paths()).toEqual(['POST /sessions/refresh', 'DELETE /sessions/current', 'POST /sessions'])
  expect(calls.at(-1)!.body).not.toHaveProperty('identity')
  expect(session.contact).toBe('anonymous')
})

test('the conversations of an anonymous visitor follow who signs in, by the former session’s own proof', async () => {
  await begin({ identity: false }).open()
  calls = []
  await begin().open()
  expect(paths()).toEqual(['POST /sessions/refresh', 'POST /sessions'])
  const { join } = calls[1]!.body
  expect(join!.access_token).toMatch(/^at-/)
  const claims = JSON.parse(Buffer.from(join!.dpop!.split('.')[1]!, 'base64url').toString()) as object
  expect(claims).toMatchObject({ htm: 'POST', htu: `https://widget.example${SESSIONS}`, ath: expect.any(String) })
  expect(shelf!.get('cs_pk')).toMatchObject({ visitorToken: null })
  const usual = server
  shelf = new Map()
  await begin({ identity: false }).open()
  calls = []
  server = (call) => (call.body.join ? no(401, 'join_refused') : usual(call))
  await begin().open()
  expect(paths().slice(-2)).toEqual(['POST /sessions', 'POST /sessions'])
})

test('only a definite no ends a session; a network that fails does not', async () => {
  const session = begin()
  await session.open()
  const usual = server
  server = () => { throw new TypeError('network') }
  const next = begin()
  await expect(next.open()).rejects.toBeInstanceOf(Unreachable)
  expect(shelf!.size).toBe(1)
  expect(calls.filter(({ path }) => path.endsWith('refresh'))).toHaveLength(2)
  server = (call) => (call.path.endsWith('refresh') ? no(503, 'unavailable') : usual(call))
  await expect(next.open()).rejects.toMatchObject({ problem: { status: 503 } })
  server = (call) => (call.path.endsWith('refresh') ? no(401, 'session_over') : usual(call))
  await next.open()
  expect(next.contact).toBe('alice')
})

test('in the middle of a visit nobody is asked, until the session is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const session = begin()
  await session.open()
  vi.setSystemTime(Date.now() + 590_000)
  await session.call('GET', '/widget/v1/me')
  expect(paths()).toEqual(['POST /sessions', 'POST /sessions/refresh', 'GET /me'])
  expect(asked).toHaveLength(1)
  const usual = server
  let over = true
  server = (call) => {
    if (call.path.endsWith('/me') && over) return no(401, 'unauthorized')
    if (call.path.endsWith('refresh')) return no(401, 'session_over')
    over = false
    return usual(call)
  }
  expect(await session.call('GET', '/widget/v1/me')).toEqual({ ok: true })
  expect(asked).toHaveLength(2)
  vi.useRealTimers()
})

test('calls that come together open one session', async () => {
  const session = begin()
  await Promise.all([1, 2, 3].map(() => session.call('GET', '/widget/v1/me')))
  expect(paths().filter((path) => path.startsWith('POST'))).toEqual(['POST /sessions'])
})

test('nothing of one person is sent as another', async () => {
  const session = begin()
  await session.open()
  page = () => ({ value: token('bob', 'x'), failed: false })
  const usual = server
  server = (call) => (call.method === 'POST' && call.path.endsWith('/messages') ? no(401, 'unauthorized') : call.path.endsWith('refresh') ? no(401, 'session_over') : usual(call))
  calls = []
  await expect(session.call('POST', '/widget/v1/conversations/c/messages', { text: 'from Alice' })).rejects.toBeInstanceOf(Replaced)
  expect(paths().filter((path) => path.endsWith('/messages'))).toHaveLength(1)
})

test('what is begun while the page speaks of another person is not sent as that person', async () => {
  const session = begin()
  await session.open()
  page = () => ({ value: token('bob', 'x'), failed: false })
  calls = []
  const identified = session.identify()
  const sent = session.call('POST', '/widget/v1/conversations/c/messages', { text: 'from Alice' })
  await expect(sent).rejects.toBeInstanceOf(Replaced)
  await identified
  expect(paths().filter((path) => path.endsWith('/messages'))).toEqual([])
})

test('another tab’s sign-out takes the key of this one, too', async () => {
  const session = begin()
  await session.open()
  shelf!.clear()
  await session.identify()
  expect(new Set(asked).size).toBe(2)
})

test('a tab that has been there for long does not end what another has begun since', async () => {
  const usual = server
  const dead = new Set<string>()
  const alive = (call: Call) => !dead.has(call.authorization?.split(' ')[1] ?? '') && !dead.has(call.body.refresh_token ?? '')
  server = (call) => {
    if (!alive(call)) return no(401, 'session_over')
    if (call.body.join) dead.add(call.body.join.access_token)
    return usual(call)
  }
  const old = begin({ identity: false })
  await old.call('GET', '/widget/v1/me')
  dead.add(calls.at(-1)!.authorization!.split(' ')[1]!)
  await begin().open()
  calls = []
  await expect(old.call('GET', '/widget/v1/me')).resolves.toEqual({ ok: true })
  expect(paths()).toEqual(['GET /me', 'POST /sessions', 'GET /me'])
  expect(calls[1]!.body).not.toHaveProperty('identity')
  expect(calls[1]!.body).not.toHaveProperty('visitor_token')
  expect(shelf!.get('cs_pk')).toMatchObject({ marks: { subject: expect.any(String) } })
})

test('signing out waits neither for the page nor for a session that is being opened', async () => {
  await begin().open()
  let arrive: (() => void) | null = null
  const usual = server
  server = async (call) => {
    if (call.method === 'POST' && !arrive) await new Promise<void>((resolve) => { arrive = resolve })
    return usual(call)
  }
  page = () => ({ value: token('alice', 'x', { name: 'new' }), failed: false })
  const session = begin()
  const opening = session.open()
  await vi.waitFor(() => expect(arrive).not.toBeNull())
  const leaving = session.shutdown()
  await vi.waitFor(() => expect(shelf!.size).toBe(0))
  arrive!()
  await expect(opening).rejects.toBeInstanceOf(Replaced)
  await leaving
  expect(shelf!.size).toBe(0)
  expect(paths().filter((path) => path.startsWith('DELETE')).length).toBeGreaterThan(0)
})

test('signing out ends the session at the server and leaves nothing', async () => {
  const session = begin({ keepVisitor: true })
  await session.open()
  calls = []
  await session.shutdown()
  expect(paths()).toEqual(['DELETE /sessions/current'])
  expect(shelf!.size).toBe(0)
  expect(told.at(-1)).toEqual({ kind: 'visitor', token: null })
  await begin().open()
  calls = []
  await new Session({ ...rules }, { identity: false, visitor: null, keepVisitor: false }).shutdown()
  expect(paths()).toEqual(['POST /sessions/refresh', 'DELETE /sessions/current'])
  expect(shelf!.size).toBe(0)
})

test('a refused proof is said as it is, and the page is not asked on and on', async () => {
  server = () => no(401, 'identity_refused')
  await expect(begin().open()).rejects.toMatchObject({ problem: { code: 'identity_refused', request_id: 'req_1' } })
  expect(asked).toHaveLength(1)
})

test('a page that fails or has nobody is told from one that lies', async () => {
  page = () => ({ value: null, failed: true })
  await expect(begin().open()).rejects.toBeInstanceOf(PageFailed)
  page = () => ({ value: null, failed: false })
  await expect(begin({}, { anonymous: false }).open()).rejects.toBeInstanceOf(NobodyThere)
  expect(calls).toEqual([])
  await begin().open()
  expect(calls.at(-1)!.body).not.toHaveProperty('identity')
})

test('a page that does not answer is not waited for, and what it says too late is not heard', async () => {
  vi.useFakeTimers()
  page = () => null
  const opening = begin().open()
  const failed = expect(opening).rejects.toBeInstanceOf(PageSilent)
  await vi.waitUntil(() => asked.length)
  await vi.advanceTimersByTimeAsync(15_000)
  await failed
  answered(told.findLast(({ kind }) => kind === 'ask')!.request as number, { token: 'late' }, false)
  expect(calls).toEqual([])
  vi.useRealTimers()
})

test('where nothing can be kept, the page keeps an anonymous visitor if it wants to, and only then', async () => {
  shelf = null
  await begin({ identity: false, keepVisitor: true, visitor: 'vt-old' }).open()
  expect(calls[0]!.body.visitor_token).toBe('vt-old')
  expect(told.find(({ kind }) => kind === 'visitor')).toEqual({ kind: 'visitor', token: expect.stringMatching(/^vt-\d/) })
  told.length = 0
  await begin({ identity: false }).open()
  expect(told.filter(({ kind }) => kind === 'visitor')).toEqual([])
  shelf = new Map()
  await begin({ identity: false, keepVisitor: true, visitor: 'vt-old' }).open()
  expect(told.find(({ kind }) => kind === 'visitor')).toEqual({ kind: 'visitor', token: null })
})

test('without the browser’s cryptography a bearer session is in memory only, or there is none', async () => {
  const whole = globalThis.crypto
  vi.stubGlobal('crypto', { getRandomValues: whole.getRandomValues.bind(whole) })
  try {
    await expect(begin({}, { allow_bearer: false }).open()).rejects.toBeInstanceOf(Insecure)
    const session = begin()
    await session.call('GET', '/widget/v1/me')
    expect(calls.at(-1)!.authorization).toMatch(/^Bearer /)
    expect(calls.every(({ dpop, body }) => dpop === null && body.key === undefined)).toBe(true)
    expect(asked).toEqual([null])
    expect(shelf!.size).toBe(0)
  } finally {
    vi.stubGlobal('crypto', whole)
  }
})
