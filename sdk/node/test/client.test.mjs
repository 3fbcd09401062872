// The client at a server whose answers a test can say.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { inspect } from 'node:util'
import { Client, InvalidInput, Rejected, Unreachable } from '@countersign/server'

const KEY = 'cs_sk_live_secret'
const SENT = {
  id: 'ntf_1', contact: 'con_1', type: 'comment', sub: null, state: 'sent', due_at: '2026-11-21T10:00:00.000Z', created_at: '2026-11-21T10:00:00.000Z',
  deliveries: [{ channel: 'inapp', state: 'delivered', reason: null, provenance: null, at: '2026-11-21T10:00:00.000Z' }],
}
let server, url, client, answers, calls

before(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    calls.push({ method: request.method, path: request.url, headers: request.headers, body: body && JSON.parse(body) })
    const [status, answer, headers] = answers.length > 1 ? answers.shift() : answers[0]
    if (status === 0) return request.socket.destroy()
    response.writeHead(status, headers).end(JSON.stringify(answer))
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  url = `http://127.0.0.1:${server.address().port}`
  client = new Client(url, KEY)
})
after(() => server.close())
beforeEach(() => {
  answers = [[201, SENT]]
  calls = []
})

test('a notification is sent as the contract says', async () => {
  const at = new Date('2026-12-01T00:00:00Z')
  const sent = await client.send({ type: 'comment', to: { id: 'u1', email: 'ada@example.com' }, parameters: { who: 'Bob' }, channels: ['inapp'], at }, { idempotencyKey: 'comment-1' })
  const [{ method, path, headers, body }] = calls
  assert.deepEqual([method, path, headers.authorization, headers['idempotency-key']], ['POST', '/api/v1/notifications', `Bearer ${KEY}`, 'comment-1'])
  assert.deepEqual(body, { type: 'comment', to: { id: 'u1', email: 'ada@example.com' }, parameters: { who: 'Bob' }, channels: ['inapp'], at: '2026-12-01T00:00:00.000Z' })
  const moment = new Date('2026-11-21T10:00:00Z')
  assert.deepEqual(sent, { id: 'ntf_1', contact: 'con_1', type: 'comment', sub: null, state: 'sent', dueAt: moment, createdAt: moment, deliveries: [{ channel: 'inapp', state: 'delivered', reason: null, provenance: null, at: moment }], notes: [] })
  assert.equal((await client.notification('ntf_1/../x')).id, 'ntf_1')
  assert.deepEqual([calls[1].method, calls[1].path], ['GET', '/api/v1/notifications/ntf_1%2F..%2Fx'])
})

test('what may pass is tried again under the same key', async () => {
  answers = [[0], [503, {}, { 'retry-after': '0' }], [409, { code: 'idempotency_in_progress' }, { 'retry-after': '0' }], [201, SENT]]
  assert.equal((await client.send({ type: 'comment', to: { contact: 'con_1' } })).id, 'ntf_1')
  assert.equal(calls.length, 4)
  assert.equal(new Set(calls.map((call) => call.headers['idempotency-key'])).size, 1)
})

test('in the end it says why', async () => {
  answers = [[429, { code: 'too_many_requests', detail: 'later', request_id: 'req_1' }, { 'retry-after': '0' }]]
  await assert.rejects(client.notification('ntf_1'), { name: 'Rejected', status: 429, code: 'too_many_requests', requestId: 'req_1' })
  assert.equal(calls.length, 4)
  answers = [[502, undefined, { 'retry-after': '0' }]]
  await assert.rejects(client.notification('ntf_1'), (error) => error instanceof Rejected && error.code === 'unknown')
  answers = [[0]]
  await assert.rejects(client.notification('ntf_1'), (error) => error instanceof Unreachable && error.message.includes(url) && error.cause instanceof Error)
})

test('what does not pass is said at once', async () => {
  answers = [[422, { code: 'unknown_notification_type', detail: 'there is no notification type `x`', request_id: 'req_1' }]]
  await assert.rejects(client.send({ type: 'x', to: { id: 'u1' } }), (error) => error.code === 'unknown_notification_type' && error.message.includes('`x`'))
  assert.equal(calls.length, 1)
})

test('a redirect is not followed with the secret key', async () => {
  answers = [[307, {}, { location: `${url}/elsewhere` }]]
  await assert.rejects(client.notification('ntf_1'), { status: 307, code: 'unknown' })
  assert.equal(calls.length, 1)
})

test('the client shows nothing of its key, and takes no other', async () => {
  assert.equal(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client), 'Client {}{}')
  for (const key of ['', undefined, 'cs_idj_x', `${KEY}\n`, ` ${KEY}`, `"${KEY}"`, 'cs_sk_x']) {
    assert.throws(() => new Client(url, key), (error) => error instanceof InvalidInput && !error.message.includes(KEY))
  }
  for (const idempotencyKey of ['', 'a b', 'é', 'x'.repeat(256)]) await assert.rejects(client.send({ type: 'x', to: { id: 'u1' } }, { idempotencyKey }), InvalidInput)
  assert.equal(calls.length, 0)
})
