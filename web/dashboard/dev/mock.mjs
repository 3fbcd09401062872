// A stand-in for the server, for development and tests: same routes, same stream, invented data, nothing stored.
// With --dist it also serves the built dashboard under the real Content-Security-Policy.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { id, world } from './data.mjs'
import { LiveLog, serveStream } from './live.mjs'
import { Refused, routes } from './routes.mjs'

export const PASSWORD = 'correct horse battery'
const DIST = fileURLToPath(new URL('../../dist/dashboard', import.meta.url))
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
/** The empty page that an email is written into. */
const PAPER = "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const MAY = {
  agent: ['notifications.read', 'conversations.manage', 'conversations.read', 'conversations.reply', 'contacts.read', 'contacts.manage', 'sessions.manage', 'widgets.read', 'refusals.read'],
  admin: ['notifications.send', 'notifications.manage', 'widgets.manage', 'api_keys.manage', 'audit.read'],
  owner: ['protection.lower'],
}
const permissions = (role) => [...MAY.agent, ...(role === 'agent' ? [] : MAY.admin), ...(role === 'owner' ? MAY.owner : [])]

/** Starts the mock. `lively` lets visitors answer by themselves. */
export async function startMock({ port = 0, dist = false, lively = false } = {}) {
  const state = fresh()
  const server = createServer((request, response) => {
    answer(state, request, response, dist).catch((error) => problem(response, error))
  })
  const signedIn = (request) => state.tokens.has(cookie(request))
  serveStream(server, { join: (...all) => state.live.join(...all) }, (request) => signedIn(request) && sameOrigin(request), () => state.streamUp)
  await new Promise((done) => server.listen(port, '127.0.0.1', done))
  state.lively = lively
  return { url: `http://localhost:${server.address().port}`, state, close: () => new Promise((done) => (state.live.closeAll(1001), server.closeAllConnections(), server.close(done))) }
}

function fresh() {
  const state = { world: world(), live: new LiveLog(), tokens: new Map(), failures: new Map(), sent: new Map(), streamUp: true, failing: 0, delay: 0, lively: false, meRole: 'owner' }
  state.meOf = (me) => ({ member: { id: me.id, email: me.email, name: me.name, role: me.role }, organization: state.world.organization, environment: state.world.environment, permissions: permissions(me.role).filter((one) => !state.world.withheld.includes(one)) })
  state.answered = (conversation) => state.lively && chatter(state, conversation)
  state.table = routes(state)
  return state
}

function chatter(state, conversation) {
  setTimeout(() => state.visitorSees(conversation), 1_200)
  setTimeout(() => state.visitorTypes(conversation), 2_000)
  setTimeout(() => state.visitorSays(conversation, 'Thank you, I will try that and tell you how it went.'), 4_500)
}

async function answer(state, request, response, dist) {
  const url = new URL(request.url, 'http://localhost')
  if (url.pathname.startsWith('/__mock/')) return control(state, request, response, url)
  if (!url.pathname.startsWith('/dashboard/v1/')) return dist ? asset(response, url) : problem(response, new Refused(404, 'not_found', 'no such page'))
  if (state.delay) await new Promise((done) => setTimeout(done, state.delay))
  const path = url.pathname.slice('/dashboard/v1'.length)
  const body = await readBody(request)
  guard(request)
  if (path === '/sessions' && request.method === 'POST') return signIn(state, response, body)
  const me = state.tokens.get(cookie(request))
  if (!me) throw new Refused(401, 'signed_out', 'sign in first')
  if (path === '/sessions/current' && request.method === 'DELETE') return signOut(state, request, response)
  if (state.failing > 0 && request.method === 'POST') {
    state.failing -= 1
    throw new Refused(503, 'unavailable', 'the server is busy; try again')
  }
  const [route, at] = match(state.table, request.method, path)
  const result = route({ at, body, query: url.searchParams, me, page: pager(url.searchParams) })
  if (result === null) return send(response, 204)
  const [status, value] = Array.isArray(result) ? result : [200, result]
  send(response, status, value)
}

function guard(request) {
  if (request.method === 'GET') return
  if (request.headers['x-countersign-request'] !== '1') throw new Refused(403, 'request_header_missing', 'the header X-Countersign-Request is missing')
  if (!request.headers['content-type']?.startsWith('application/json')) throw new Refused(415, 'unsupported_media_type', 'send JSON')
}

function signIn(state, response, { email = '', password = '' }) {
  const tries = state.failures.get(email) ?? { count: 0, until: 0 }
  if (tries.until > Date.now()) throw locked(tries)
  const me = state.world.members.find((member) => member.email === email)
  if (!me || password !== PASSWORD) {
    tries.count += 1
    if (tries.count > 4) tries.until = Date.now() + 30_000
    state.failures.set(email, tries)
    if (tries.until > Date.now()) throw locked(tries)
    throw new Refused(401, 'sign_in_refused', 'email or password is wrong')
  }
  state.failures.delete(email)
  const token = crypto.randomUUID()
  state.tokens.set(token, me)
  send(response, 201, state.meOf(me), { 'set-cookie': `__Host-cs_s=${token}; Secure; HttpOnly; SameSite=Lax; Path=/` })
}

function locked(tries) {
  return new Refused(429, 'too_many_attempts', 'too many attempts; wait', { 'retry-after': String(Math.ceil((tries.until - Date.now()) / 1_000)) })
}

function signOut(state, request, response) {
  state.tokens.delete(cookie(request))
  send(response, 204, undefined, { 'set-cookie': '__Host-cs_s=; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=0' })
}

/** What tests do to the world: POST /__mock/<what> with a JSON body. */
async function control(state, request, response, url) {
  const body = await readBody(request)
  const acts = {
    reset: () => {
      state.live.closeAll(1012)
      const { tokens, lively } = state
      Object.assign(state, fresh(), { lively })
      state.table = routes(state)
      for (const [token, me] of tokens) state.tokens.set(token, state.world.members.find((one) => one.email === me.email))
    },
    say: () => state.visitorSays(body.conversation, body.text, body.trust),
    type: () => state.visitorTypes(body.conversation),
    see: () => state.visitorSees(body.conversation),
    refuse: () => state.refuse(),
    drop: () => state.live.closeAll(body.code ?? 1012),
    stream: () => {
      state.streamUp = body.up
      if (!body.up) state.live.closeAll(1012)
    },
    fail: () => {
      state.failing = body.count
    },
    delay: () => {
      state.delay = body.ms
    },
    signout: () => {
      state.tokens.clear()
      state.live.closeAll(4401)
    },
    empty: () => {
      Object.assign(state.world, { conversations: [], contacts: [], types: [], sent: [], refusals: [], apiKeys: [], audit: [] })
      for (const list of state.world.secrets.values()) list.length = 0
    },
  }
  const act = acts[url.pathname.slice('/__mock/'.length)]
  if (!act) throw new Refused(404, 'not_found', 'no such control')
  send(response, 200, act() ?? {})
}

function match(table, method, path) {
  const parts = path.split('/')
  let known = false
  for (const [verb, pattern, route] of table) {
    const wanted = pattern.split('/')
    if (wanted.length !== parts.length || !wanted.every((part, n) => part.startsWith(':') || part === parts[n])) continue
    known = true
    if (verb === method) return [route, Object.fromEntries(wanted.flatMap((part, n) => (part.startsWith(':') ? [[part.slice(1), decodeURIComponent(parts[n])]] : [])))]
  }
  throw known ? new Refused(405, 'method_not_allowed', 'not this method') : new Refused(404, 'not_found', 'no such route')
}

function pager(query) {
  return (items) => {
    const limit = Number(query.get('limit') ?? 50)
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new Refused(400, 'invalid_request', 'limit is 1 to 100')
    const from = query.get('cursor') ? Number(Buffer.from(query.get('cursor'), 'base64url').toString()) : 0
    const to = from + limit
    return { items: items.slice(from, to), next_cursor: to < items.length ? Buffer.from(String(to)).toString('base64url') : null }
  }
}

async function asset(response, url) {
  if (url.pathname === '/dashboard/paper') return void response.writeHead(200, { 'content-security-policy': PAPER, 'content-type': TYPES['.html'] }).end('<!doctype html><html lang="en"><title>Preview</title></html>')
  const path = normalize(url.pathname.replace(/^\/dashboard\/?/, '/'))
  const isAsset = path.startsWith('/assets/')
  const file = join(DIST, isAsset ? path : 'index.html')
  const headers = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-store' }
  try {
    const bytes = await readFile(file)
    response.writeHead(200, { ...headers, 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes)
  } catch {
    problem(response, new Refused(404, 'not_found', 'no such file'))
  }
}

async function readBody(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  const text = Buffer.concat(parts).toString()
  try {
    return text ? JSON.parse(text) : {}
  } catch {
    throw new Refused(400, 'malformed_json', 'the body is not JSON')
  }
}

function cookie(request) {
  return /(?:^|; )__Host-cs_s=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
}

function sameOrigin(request) {
  const { origin, host } = request.headers
  return origin === `http://${host}` || /^http:\/\/localhost:5\d{3}$/.test(origin ?? '')
}

function send(response, status, value, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
  response.end(value === undefined ? undefined : JSON.stringify(value))
}

function problem(response, error) {
  const known = error instanceof Refused
  if (!known) console.error(error)
  const { status, code, detail, headers } = known ? error : { status: 500, code: 'internal', detail: null, headers: {} }
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, code, detail, request_id: id('req'), ...(known && error.errors && { errors: error.errors }) }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 4420)
  const mock = await startMock({ port, dist: process.argv.includes('--dist'), lively: true })
  console.log(`mock on ${mock.url}/dashboard/ — sign in as sam@corvid.example with "${PASSWORD}"`)
}
