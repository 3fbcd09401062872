// NotificationAPI's Python package, unmodified, against the real binary: only the host is another.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { Environment } from './environment.mjs'
import { until } from './stage.mjs'

let environment, python
before(async () => {
  environment = await Environment.open()
  python = backEnd(environment)
})
after(async () => {
  python?.end()
  await environment?.close()
})

test('its hash is refused with a reason that the administrator can read, until an owner allows it', async () => {
  assert.deepEqual(await python.call('identify_user', { id: 'alice', email: 'alice@x.example' }), [401, ''])
  const newest = async () => (await environment.stage.backEnd('GET', '/refusals')).items[0]
  const refusal = await until(newest, () => 'the refusal is not recorded')
  assert.match(refusal.cause, /plain SHA-256 of the secret/)
  assert.match(refusal.mend, /allow_python_hash/)
  await environment.set({ allow_python_hash: true })
  const [status, user] = await python.call('identify_user', { id: 'alice', email: 'alice@x.example', number: '+15005550006', timezone: 'America/New_York' })
  assert.deepEqual([status, user.id, user.email, user.number], [200, 'alice', 'alice@x.example', '+15005550006'])
  assert.deepEqual((await environment.asked('alice', 'GET', '/')).body, user)
})

test('it sends, is told what is ignored, marks, retracts and finds all of it in the log', async () => {
  const [status, sent] = await python.call('send', { type: 'order', to: { id: 'bob' }, parameters: { id: '1' }, forceChannels: ['INAPP_WEB'] })
  assert.deepEqual([status, sent.messages], [200, []])
  const [item] = await environment.feed('bob')
  assert.deepEqual([item.id, item.title, item.seen], [sent.trackingId, 'Order 1 left', false])
  const [unknown, why] = await python.call('send', { notificationId: 'nope', user: { id: 'bob' }, mergeTags: {} })
  assert.equal(unknown, 202)
  assert.match(why.messages[0], /nope/)

  const opened = '2026-01-01T00:00:00.000Z'
  assert.deepEqual(await python.request('update_in_app_notification', 'bob', { trackingIds: [item.id], opened }), [200, { success: true }])
  assert.deepEqual((await environment.feed('bob')).map(({ seen, opened }) => [seen, opened]), [[true, opened]])

  const [, { logs }] = await python.call('query_logs', { trackingIds: [item.id] })
  assert.deepEqual(logs.map(({ trackingId, notificationId }) => [trackingId, notificationId]), [[item.id, 'order']])
  assert.deepEqual(await python.call('retract', { notificationId: 'order', userId: 'bob' }), [200, {}])
  assert.deepEqual(await environment.feed('bob'), [])
})

test('it plans, changes and takes back', async () => {
  const schedule = new Date(Date.now() + 86_400_000).toISOString()
  const [, { trackingId: tracking_id }] = await python.call('send', { type: 'order', to: { id: 'carol' }, parameters: { id: '1' }, schedule })
  assert.equal((await python.call('update_schedule', { tracking_id, send_request: { parameters: { id: '2' }, schedule } }))[0], 200)
  assert.equal((await python.call('delete_schedule', { tracking_id }))[0], 200)
  assert.equal((await python.call('delete_schedule', { tracking_id }))[0], 404)
  assert.deepEqual(await environment.feed('carol'), [])
})

test('preferences go both ways, also of a sub-notification', async () => {
  const [status] = await python.call('create_sub_notification', { notification_id: 'order', sub_notification_id: 'p1', title: 'P1' })
  assert.equal(status, 200)
  const dave = 'a b/c+d:\u{e9}'
  await python.call('send', { type: 'order', to: { id: dave }, parameters: { id: '1' } })
  const off = { notificationId: 'order', channel: 'INAPP_WEB', delivery: 'off' }
  const of = async (sub) => (await environment.preferences(dave)).find((row) => row.channel === 'INAPP_WEB' && row.subNotificationId === sub).delivery
  await python.call('set_user_preferences', { userId: dave, userPreferences: [off, { ...off, subNotificationId: 'p1' }] })
  assert.deepEqual([await of(), await of('p1')], ['off', 'off'])
  assert.equal((await environment.asked(dave, 'POST', '/preferences', [{ ...off, delivery: 'instant' }])).status, 200)
  assert.deepEqual([await of(), await of('p1')], ['instant', 'off'])
  assert.equal((await python.call('delete_user_preferences', { id: dave, notificationId: 'order', subNotificationId: 'p1' }))[0], 200)
  assert.deepEqual([await of(), await of('p1')], ['instant', 'instant'])
  await python.call('set_user_preferences', { userId: dave, userPreferences: [{ notificationId: 'order', channel: 'INAPP_WEB', state: false }] })
  assert.deepEqual([await of(), await of('p1')], ['off', 'off'], 'a sub-notification without a choice has its type’s')
  assert.deepEqual(await python.call('delete_sub_notification', { notification_id: 'order', sub_notification_id: 'p1' }), [204, ''])
})

/** A process of its own with the package's one client in it. */
function backEnd({ clientId, secret, plain }) {
  const home = process.env.COUNTERSIGN_SERVICES ?? '/tmp/countersign-services'
  const env = { PATH: process.env.PATH, CLIENT_ID: clientId, CLIENT_SECRET: secret, BASE_URL: plain }
  const child = spawn(join(home, 'notificationapi/bin/python'), [join(import.meta.dirname, 'notificationapi-client.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  const request = async (name, ...values) => {
    child.stdin.write(`${JSON.stringify([name, values])}\n`)
    const [status, text] = JSON.parse((await answers.next()).value)
    return [status, text && JSON.parse(text)]
  }
  return { request, call: (name, value) => request(name, value), end: () => child.kill() }
}
