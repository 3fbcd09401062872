// The sample code of the vendors' own pages, to the letter, opens sessions.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

const binary = process.env.COUNTERSIGN_BINARY ?? join(import.meta.dirname, '../target/debug/countersign')
const data = mkdtempSync(join(tmpdir(), 'countersign-samples-'))
let server, base
const made = {}

before(async () => {
  for (const profile of ['woes-hmac', 'woes-jwt', 'notificationapi', 'fogbender']) {
    const out = execFileSync(binary, ['bootstrap', '--data', data, '--organization', profile, '--owner', `o@${profile}.example`, '--profile', profile, '--json'])
    made[profile] = JSON.parse(out)
  }
  const port = await new Promise((resolve) => {
    const free = createServer().listen(0, '127.0.0.1', () => { const { port } = free.address(); free.close(() => resolve(port)) })
  })
  base = `http://127.0.0.1:${port}`
  server = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' })
  for (let tries = 0; !(await fetch(`${base}/healthz`).catch(() => null))?.ok; tries++) {
    assert.ok(tries < 200, 'the server starts')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
after(() => {
  server?.kill('SIGKILL')
  rmSync(data, { recursive: true, force: true })
})

async function open(profile, identity) {
  const answer = await fetch(`${base}/widget/v1/sessions`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ widget: made[profile].widget.public_key, identity }),
  })
  return { status: answer.status, ...(await answer.json()) }
}

const node = (code) => execFileSync(process.execPath, ['-e', code], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
const python = (code) => execFileSync('python3', ['-c', code], { encoding: 'utf8' }).trim()

test('NotificationAPI, Node', async () => {
  const hash = node(`const hashedUserId = require('crypto')
.createHmac('sha256', 'YOUR_CLIENT_SECRET')
.update('ACTUAL_USER_ID')
.digest('base64');
console.log(hashedUserId)`.replace('YOUR_CLIENT_SECRET', made.notificationapi.identity_secret.secret))
  const opened = await open('notificationapi', { userId: 'ACTUAL_USER_ID', userIdHash: hash })
  assert.deepEqual([opened.status, opened.trust], [201, 'hmac'])
  const other = await open('notificationapi', { userId: 'another-user-id', userIdHash: hash })
  assert.deepEqual([other.status, other.code], [401, 'identity_refused'])
})

test('NotificationAPI, Python', async () => {
  const hash = python(`import hmac
import hashlib
import base64
hashedUserId = base64.b64encode(hmac.new( 'YOUR_CLIENT_SECRET'.encode('utf-8'),
'ACTUAL_USER_ID'.encode('utf-8'),
hashlib.sha256).digest())
print(hashedUserId.decode())`.replace('YOUR_CLIENT_SECRET', made.notificationapi.identity_secret.secret))
  assert.equal((await open('notificationapi', { userId: 'ACTUAL_USER_ID', userIdHash: hash })).status, 201)
})

test('Woes, HMAC email, Node', async () => {
  const out = node(`const user = { email: ' Ada@Example.com ', name: 'Ada', id: 'u1' }, account = { name: 'Analytical' };
const res = { json: (body) => console.log(JSON.stringify(body)) };
process.env.WOES_WIDGET_IDENTITY_SECRET = '${made['woes-hmac'].identity_secret.secret}';
const { createHmac } = require("node:crypto");
const secret = process.env.WOES_WIDGET_IDENTITY_SECRET;
const email = user.email.trim().toLowerCase();
const secretBytes = Buffer.from(secret, "hex");
const emailHash = createHmac("sha256", secretBytes).update(email).digest("hex");
res.json({
email,
name: user.name,
company: account.name,
id: user.id,
email_hash: emailHash,
});`)
  const opened = await open('woes-hmac', JSON.parse(out))
  assert.deepEqual([opened.status, opened.trust, opened.contact.email], [201, 'hmac', 'ada@example.com'])
  const { email_hash } = JSON.parse(out)
  assert.equal((await open('woes-hmac', { email: 'bob@example.com', email_hash })).code, 'identity_refused')
})

test('Woes, JWT, Node', async () => {
  const out = node(`const user = { email: ' Ada@Example.com ', name: 'Ada', id: 'u1' }, account = { id: 'acc1' };
const res = { json: (body) => console.log(JSON.stringify(body)) };
process.env.WOES_WIDGET_IDENTITY_SECRET = '${made['woes-jwt'].identity_secret.secret}';
const jwt = require("jsonwebtoken");
const now = Math.floor(Date.now() / 1000);
const token = jwt.sign(
{
email: user.email.trim().toLowerCase(),
name: user.name,
account_external_id: account.id,
contact_external_id: user.id,
aud: "YOUR_WIDGET_PUBLIC_KEY",
iat: now,
exp: now + 10 * 60,
},
process.env.WOES_WIDGET_IDENTITY_SECRET,
{ algorithm: "HS256" },
);
res.json({ jwt: token });`.replace('YOUR_WIDGET_PUBLIC_KEY', made['woes-jwt'].widget.public_key))
  const opened = await open('woes-jwt', JSON.parse(out))
  assert.deepEqual([opened.status, opened.trust, opened.contact.name], [201, 'jwt', 'Ada'])
})

test('Fogbender: the signatures call, and the token that the page constructs', async () => {
  const claims = { userId: 'U234328', customerId: 'C256434', customerName: 'Netflix', userEmail: 'alice@netflix.com', userName: 'Alice Chesterton' }
  const answer = await fetch(`${base}/api/v1/signatures`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${made.fogbender.secret_key}` },
    body: JSON.stringify(claims),
  })
  const { signatures } = await answer.json()
  const token = { widgetId: 'dzAwNjg4NDY0NjI4NzgyNDY5MTIw', userJWT: signatures.userJWT, ...claims }
  const opened = await open('fogbender', token)
  assert.deepEqual([opened.status, opened.trust, opened.contact.name], [201, 'jwt', 'Alice Chesterton'])
  for (const change of [{ userId: 'U1' }, { customerId: 'C1' }, { userEmail: 'bob@netflix.com' }, { userJWT: '' }]) {
    assert.equal((await open('fogbender', { ...token, ...change })).code, 'identity_refused', JSON.stringify(change))
  }
})
