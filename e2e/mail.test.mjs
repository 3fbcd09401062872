// Emails from the real binary to a real mail server: over TLS with a login, and across a server that is killed.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freePort, until } from './stage.mjs'

const binary = process.env.COUNTERSIGN_BINARY ?? join(import.meta.dirname, '../target/debug/countersign')
const folder = mkdtempSync(join(tmpdir(), 'countersign-mail-'))
const running = new Set()
after(() => {
  for (const one of running) one.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function begin(command, args, env = {}) {
  const one = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  running.add(one)
  one.said = { out: '', err: '' }
  one.stdout.on('data', (bytes) => (one.said.out += bytes))
  one.stderr.on('data', (bytes) => (one.said.err += bytes))
  return one
}

function kill(one) {
  running.delete(one)
  return new Promise((resolve) => { one.once('exit', resolve); one.kill('SIGKILL') })
}

/** A mail server, and what it has taken. */
async function office(port, ...certificate) {
  const one = begin('/usr/bin/python3', [join(import.meta.dirname, 'post-office.py'), String(port), ...certificate])
  one.letters = () => one.said.out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line))
  return one
}

/** A server with an organization of its own. */
async function organization(name) {
  const data = join(folder, name)
  const made = execFileSync(binary, ['bootstrap', '--data', data, '--organization', name, '--owner', `owner@${name}.example`, '--json'])
  const { secret_key: key } = JSON.parse(made)
  const port = await freePort()
  const start = async (relay, env) => {
    const mail = ['--mail-from', `Acme <notify@${name}.example>`]
    const server = begin(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, ...mail], { COUNTERSIGN_SMTP_URL: relay, ...env })
    const ready = () => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false)
    await until(ready, () => `the server does not start: ${server.said.err}`)
    return server
  }
  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`)
    return answer.json()
  }
  return { start, call }
}

const TYPE = {
  title: 'Orders',
  channels: ['email'],
  templates: { email: { subject: 'Order {{ id }} – left', html: '<p>Order <b>{{ id }}</b> for {{ name }} left.</p>' } },
}
const order = (id) => ({
  type: 'order',
  to: { id: 'alice', email: 'alice@customer.example' },
  parameters: { id, name: 'Zoë & <Co>' },
})

test('over TLS with a login: a letter that a mail program reads without a defect', async () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE',
    '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const port = await freePort()
  const mail = await office(port, certificate, key)
  const acme = await organization('acme')
  const server = await acme.start(`smtps://countersign:p%40ss%3Aword@localhost:${port}`, { SSL_CERT_FILE: certificate })
  await acme.call('PUT', '/notification_types/order', TYPE)
  const sent = await acme.call('POST', '/notifications', order('1'))
  await until(() => mail.letters().length === 1, () => `no letter: ${mail.said.err} ${server.said.err}`)
  const [letter] = mail.letters()
  assert.deepEqual(letter.defects, [])
  assert.deepEqual([letter.to, letter.from, letter.tls, letter.login], [['alice@customer.example'], 'notify@acme.example', true, 'countersign'])
  assert.equal(letter.headers.subject, 'Order 1 – left')
  assert.equal(letter.headers.from, 'Acme <notify@acme.example>')
  assert.equal(letter.headers['message-id'], `<${sent.id}.email@acme.example>`)
  assert.equal(letter.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click')
  const link = letter.headers['list-unsubscribe'].slice(1, -1)
  assert.match(letter.parts['text/plain'], /^Order 1 for Zoë & <Co> left\./)
  assert.ok(letter.parts['text/plain'].includes(link))
  assert.ok(letter.parts['text/html'].includes('<b>1</b> for Zoë &amp; &lt;Co&gt; left.'), letter.parts['text/html'])
  const log = async () => (await acme.call('GET', `/notifications/${sent.id}`)).deliveries[0]
  await until(async () => (await log()).state === 'delivered', () => 'the log does not say so')
  assert.equal((await log()).provenance, 'set')

  const page = await (await fetch(link)).text()
  assert.match(page, /Stop these emails\?/)
  const form = { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }
  assert.equal((await fetch(link, form)).status, 200)
  const off = await acme.call('POST', '/notifications', order('2'))
  assert.equal(off.deliveries[0].reason, 'the contact has turned this off')
  assert.ok(!server.said.err.includes('p@ss') && !server.said.err.includes('alice@'), server.said.err)
})

test('kill -9 while the mail server is away: every email arrives when both are back', async () => {
  const port = await freePort()
  const acme = await organization('initech')
  const first = await acme.start(`smtp://127.0.0.1:${port}`)
  await acme.call('PUT', '/notification_types/order', TYPE)
  const sent = await Promise.all(Array.from({ length: 20 }, (_, number) => acme.call('POST', '/notifications', order(String(number)))))
  assert.ok(sent.every(({ deliveries }) => deliveries[0].state === 'queued'))
  await until(() => first.said.err.includes('emails wait'), () => first.said.err)
  await kill(first)
  const mail = await office(port)
  const second = await acme.start(`smtp://127.0.0.1:${port}`)
  const names = () => new Set(mail.letters().map(({ headers }) => headers['message-id']))
  await until(() => names().size === 20, () => `${names().size} of 20 arrived: ${second.said.err}`, 200)
  assert.deepEqual([...names()].sort(), sent.map(({ id }) => `<${id}.email@initech.example>`).sort())
})

test('a wrong setting is refused at the start, with what would be right and without the password', () => {
  const serve = (...args) => spawnSync(binary, ['serve', '--data', join(folder, 'wrong'), '--listen', '127.0.0.1:0', ...args], { encoding: 'utf8' })
  for (const [args, word] of [
    [['--smtp-url', 'https://user:canary@mail.example.com', '--mail-from', 'a@x.io'], 'smtps://user:password@mail.example.com'],
    [['--smtp-url', 'smtps://user:canary@mail.example.com'], '--mail-from'],
    [['--mail-from', 'a@x.io'], '--smtp-url'],
    [['--smtp-url', 'smtp://localhost', '--mail-from', 'nobody'], 'Acme <notify@acme.example>'],
    [['--smtp-url-file', join(folder, 'missing'), '--mail-from', 'a@x.io'], 'cannot be read'],
  ]) {
    const { status, stderr } = serve(...args)
    assert.equal(status, 1, `${args}: ${stderr}`)
    assert.ok(stderr.includes(word) && !stderr.includes('canary'), stderr)
  }
})
