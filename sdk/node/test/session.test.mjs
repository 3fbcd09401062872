// Tokens of this library at a real server.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { Signer, Verifier } from '@countersign/server'

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
