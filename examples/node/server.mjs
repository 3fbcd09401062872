// The demo's product in Node, without a dependency: the page of examples/host, and its back end.
//
//   COUNTERSIGN_PUBLIC_KEY=cs_pk_… COUNTERSIGN_IDENTITY_SECRET=cs_idj_… \
//   COUNTERSIGN_WIDGET=http://widget.localhost:8080 node examples/node/server.mjs
//
// `countersign bootstrap --origin http://127.0.0.1:8090` shows the key and the secret, and allows this page.
import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const { COUNTERSIGN_PUBLIC_KEY: publicKey, COUNTERSIGN_IDENTITY_SECRET: secret } = process.env
const widget = process.env.COUNTERSIGN_WIDGET ?? 'http://widget.localhost:8080'
const dashboard = process.env.COUNTERSIGN_DASHBOARD ?? 'http://localhost:8080/dashboard/'
const port = Number(process.env.PORT ?? 8090)
if (!publicKey || !secret) {
  console.error('Set COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_IDENTITY_SECRET; `countersign bootstrap` shows both.')
  process.exit(1)
}

// The ten lines: whoever is signed in *here* becomes a token, for that browser's key only.
function countersignToken(user, jkt, now = Math.floor(Date.now() / 1000)) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { ...user, aud: publicKey, iat: now, exp: now + 600, ...(jkt && { cnf: { jkt } }) }
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const users = new Map([
  { sub: 'u_alice', name: 'Alice Chesterton', email: 'alice@northwind.example', company: { id: 'c_northwind', name: 'Northwind' } },
  { sub: 'u_bob', name: 'Bob Tanaka', email: 'bob@initech.example', company: { id: 'c_initech', name: 'Initech' } },
].map((user) => [user.sub, user]))
const sessions = new Map()

const kinds = { html: 'text/html', js: 'text/javascript', css: 'text/css' }
const files = { '/': 'index.html', '/app.js': 'app.js', '/attacks.js': 'attacks.js', '/session.js': 'session.js', '/style.css': 'style.css' }
const policy = `default-src 'none'; script-src 'self' ${widget}; style-src 'self'; img-src 'self' data:; connect-src 'self' ${widget}; frame-src ${widget}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const routes = {
  'GET /api/me': ({ user }) => {
    const shown = user && { id: user.sub, name: user.name, email: user.email, company: user.company.name }
    return [200, JSON.stringify({ user: shown ?? null, widget, public_key: publicKey, dashboard }), { 'content-type': 'application/json' }]
  },
  'GET /api/countersign-token': ({ user, url }) => (user ? [200, countersignToken(user, url.searchParams.get('jkt'))] : [401]),
  // What an attacker may have found in an old log: a token of Bob's that has expired.
  'GET /api/expired-token': () => [200, countersignToken(users.get('u_bob'), null, Math.floor(Date.now() / 1000) - 3600)],
  'POST /api/sign-in': ({ body }) => {
    const { who } = JSON.parse(body)
    if (!users.has(who)) return [403]
    const id = randomBytes(16).toString('hex')
    sessions.set(id, who)
    return [204, '', { 'set-cookie': `tally=${id}; Path=/; HttpOnly; SameSite=Lax` }]
  },
  'POST /api/sign-out': ({ session }) => {
    sessions.delete(session)
    return [204, '', { 'set-cookie': 'tally=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0' }]
  },
}

async function answer(request) {
  const url = new URL(request.url, 'http://host')
  const file = request.method === 'GET' && files[url.pathname]
  if (file) {
    const text = await readFile(new URL(`../host/${file}`, import.meta.url))
    return [200, text, { 'content-type': `${kinds[file.split('.')[1]]}; charset=utf-8`, 'content-security-policy': policy }]
  }
  // Only the product's own page may change anything.
  if (request.method !== 'GET' && request.headers.origin !== `http://${request.headers.host}`) return [403]
  let body = ''
  for await (const chunk of request) if ((body += chunk).length > 1000) return [413]
  const session = /(?:^|;\s*)tally=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1]
  const route = routes[`${request.method} ${url.pathname}`]
  return route ? route({ url, body, session, user: users.get(sessions.get(session)) }) : [404]
}

const server = createServer(async (request, response) => {
  const [status, body = '', headers = {}] = await answer(request).catch(() => [400])
  response.writeHead(status, headers).end(body)
})
server.listen(port, '127.0.0.1', () => console.log(`The product: http://127.0.0.1:${port}`))
