// Tokens of this library at a real server.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { Client, Rejected, Signer, Verifier } from '@countersign/server'

const { COUNTERSIGN_SERVER: server, COUNTERSIGN_WIDGET_KEY: widget, COUNTERSIGN_WIDGET_ID: id, COUNTERSIGN_IDENTITY_SECRET: secret, COUNTERSIGN_SECRET_KEY: secretKey } = process.env
if (!server) throw new Error('run this as `node sdk/beside-server.mjs npm --prefix sdk/node test`')

async function post(path, body, headers = {}) {
  const answer = await fetch(server + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const text = await answer.text()
  assert.equal(answer.status, 201, text)
  return JSON.parse(text)
}

/** Shows a token to the server, and verifies what the server answers. */
async function opensASession(signer) {
  const token = signer.token({ id: 'u1', email: ' Ada@Example.com', company: { id: 'c1', name: 'Acme' } })
  const session = await post('/widget/v1/sessions', { widget, identity: { token } })
  assert.deepEqual([session.trust, session.contact.email], ['jwt', 'ada@example.com'])
  const claims = await new Verifier(server).verify(session.access_token)
  assert.deepEqual([claims.contact, claims.session, claims.jkt], [session.contact.id, session.session.id, null])
}

test('a shared secret opens a session', () => opensASession(new Signer({ widget, secret })))

for (const [kind, options] of [['ed25519', {}], ['ec', { namedCurve: 'P-256' }]]) {
  test(`a private key of ${kind} opens a session`, async () => {
    const { publicKey, privateKey } = generateKeyPairSync(kind, options)
    const kid = `node-${kind}`
    const registered = { mode: 'jwt', kid, public_key: publicKey.export({ type: 'spki', format: 'pem' }) }
    await post(`/api/v1/widgets/${id}/identity_secrets`, registered, { authorization: `Bearer ${secretKey}` })
    await opensASession(new Signer({ widget, privateKey, kid }))
  })
}

test('a notification is sent once, and found again', async () => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secretKey}` }
  const type = { title: 'A comment', channels: ['inapp'], templates: { inapp: { title: '{{who}} wrote' } } }
  const made = await fetch(`${server}/api/v1/notification_types/node_comment`, { method: 'PUT', headers, body: JSON.stringify(type) })
  assert.equal(made.status, 200, await made.text())

  const client = new Client(server, secretKey)
  const notification = { type: 'node_comment', to: { id: 'u1' }, parameters: { who: 'Bob' } }
  const sent = await client.send(notification, { idempotencyKey: 'node-1' })
  assert.deepEqual([sent.state, sent.type, sent.deliveries.map(({ channel, state }) => [channel, state])], ['sent', 'node_comment', [['inapp', 'delivered']]])
  assert.equal((await client.send(notification, { idempotencyKey: 'node-1' })).id, sent.id)
  assert.deepEqual(await client.notification(sent.id), { ...sent, notes: [] })
  const at = new Date(Date.now() + 3_600_000)
  const later = await client.send({ ...notification, at })
  assert.deepEqual([later.state, later.dueAt], ['scheduled', at])
  await assert.rejects(client.send({ type: 'nobody_made', to: { id: 'u1' } }), (error) => error instanceof Rejected && error.code === 'unknown_notification_type')
})
