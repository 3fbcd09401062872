// The demo's product in Node, without a dependency: the page of examples/host, and its back end.
//
//   COUNTERSIGN_PUBLIC_KEY=cs_pk_… COUNTERSIGN_IDENTITY_SECRET=cs_idj_… \
//   COUNTERSIGN_WIDGET=http://widget.localhost:8080 node examples/node/server.mjs
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

const users = {
  u_alice: { sub: 'u_alice', name: 'Alice Chesterton', email: 'alice@northwind.example', company: { id: 'c_northwind', name: 'Northwind' } },
  u_bob: { sub: 'u_bob', name: 'Bob Tanaka', email: 'bob@initech.example', company: { id: 'c_initech', name: 'Initech' } },
}
const sessions = new Map()

// The ten lines: whoever is signed in *here* becomes a token, for that browser's key only.
function countersignToken(user, jkt, now = Math.floor(Date.now() / 1000)) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { ...user, aud: publicKey, iat: now, exp: now + 600, ...(jkt && { cnf: { jkt } }) }
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const script = 'text/javascript'
const files = { '/': ['index.html', 'text/html'], '/app.js': ['app.js', script], '/attacks.js': ['attacks.js', script], '/session.js': ['session.js', script], '/style.css': ['style.css', 'text/css'] }
const policy = `default-src 'none'; script-src 'self' ${widget}; style-src 'self'; img-src 'self' data:; connect-src 'self' ${widget}; frame-src ${widget}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://host')
  const session = /(?:^|;\s*)tally=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1]
  const user = users[sessions.get(session)]
  const end = (status, body = '', headers = {}) => response.writeHead(status, headers).end(body)
  if (files[pathname] && request.method === 'GET') {
    const [name, type] = files[pathname]
    return end(200, await readFile(new URL(`../host/${name}`, import.meta.url)), { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy })
  }
  if (pathname === '/api/me') {
    const shown = user && { id: user.sub, name: user.name, email: user.email, company: user.company.name }
    return end(200, JSON.stringify({ user: shown ?? null, widget, public_key: publicKey, dashboard }), { 'content-type': 'application/json' })
  }
  if (pathname === '/api/countersign-token') return user ? end(200, countersignToken(user, searchParams.get('jkt'))) : end(401)
  if (pathname === '/api/expired-token') return end(200, countersignToken(users.u_bob, null, Math.floor(Date.now() / 1000) - 3600))
  if (request.method !== 'POST' || request.headers.origin !== `http://${request.headers.host}`) return end(request.method === 'POST' ? 403 : 404)
  if (pathname === '/api/sign-out') {
    sessions.delete(session)
    return end(204, '', { 'set-cookie': 'tally=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0' })
  }
  if (pathname === '/api/sign-in') {
    let body = ''
    for await (const chunk of request) if ((body += chunk).length > 1000) return end(413)
    const { who } = JSON.parse(body)
    if (!users[who]) return end(403)
    const id = randomBytes(16).toString('hex')
    sessions.set(id, who)
    return end(204, '', { 'set-cookie': `tally=${id}; Path=/; HttpOnly; SameSite=Lax` })
  }
  end(404)
})
server.listen(port, '127.0.0.1', () => console.log(`The product: http://127.0.0.1:${port}`))
