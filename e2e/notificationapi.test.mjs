// NotificationAPI's own packages, unmodified, against the real binary: only the host is another.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import notificationapi from 'notificationapi-node-server-sdk'
import { Environment } from './environment.mjs'
import { PushKeys } from './push-service.mjs'

let environment
before(async () => {
  environment = await Environment.open()
  const { clientId, secret, plain } = environment
  notificationapi.init(clientId, secret, { baseURL: plain })
})
after(() => environment?.close())

test('the browser package identifies, is pushed to, reads, archives and chooses', async () => {
  const client = browser('alice', hash('alice'))
  assert.equal((await client.ask('identify', { email: 'alice@northwind.example' })).id, 'alice')
  await client.ask('open')
  const { data } = await send('alice', '1')
  const [pushed] = await client.ask('pushed')
  assert.deepEqual([pushed.id, pushed.title], [data.trackingId, 'Order 1 left'])
  const [item] = (await client.ask('feed')).items
  assert.deepEqual([item.id, item.seen], [pushed.id, false])
  await client.ask('change', { ids: [item.id], opened: true, archived: true })
  const [changed] = (await client.ask('feed')).items
  assert.ok(changed.seen && changed.opened && changed.archived)
  await client.ask('choose', ['order', 'INAPP_WEB', 'off'])
  assert.equal((await client.ask('preferences')).preferences[0].delivery, 'off')
  const { status } = await send('alice', '2')
  assert.equal(status, 202)
  client.end()
})

test('the Node package identifies, retracts, schedules and cancels', async () => {
  assert.equal((await notificationapi.identifyUser({ id: 'bob', email: 'bob@x.example' })).data.email, 'bob@x.example')
  await send('bob', '1')
  await notificationapi.retract({ notificationId: 'order', userId: 'bob' })
  const client = browser('bob', hash('bob'))
  assert.deepEqual((await client.ask('feed')).items, [])
  const later = new Date(Date.now() + 86_400_000).toISOString()
  const { data } = await notificationapi.send({ type: 'order', to: { id: 'bob' }, schedule: later })
  await notificationapi.updateSchedule(data.trackingId, { schedule: later })
  await notificationapi.deleteSchedule(data.trackingId)
  await notificationapi.createSubNotification({ notificationId: 'order', title: 'Spring', subNotificationId: 'spring 1' })
  await notificationapi.setUserPreferences('bob', [{ notificationId: 'order', channel: 'INAPP_WEB', delivery: 'off', subNotificationId: 'spring 1' }])
  const { subNotifications } = await client.ask('preferences')
  assert.equal(subNotifications[0].title, 'Spring')
  client.end()
})

test('a browser whose push service would be inside of our own network is refused', async () => {
  const keys = new PushKeys().shown
  for (const [endpoint, why] of [
    [`http://127.0.0.1:${environment.stage.port}/readyz`, /give an `https:/],
    [`https://127.0.0.1:${environment.stage.port}/readyz`, /not public/],
    ['https://[::ffff:10.0.0.1]/', /not public/],
    ['https://169.254.169.254/latest/meta-data/', /not public/],
    ['https://localhost/', /not public/],
  ]) {
    const { status, body } = await environment.asked('dave', 'POST', '/', { email: 'd@x.example', webPushTokens: [{ sub: { endpoint, keys } }] })
    assert.equal(status, 400, endpoint)
    assert.match(body.error.message, why)
  }
  assert.deepEqual((await environment.asked('dave', 'GET', '/')).body, { id: 'dave' }, 'a refused call changes nothing')
})

test('without the hash there is nothing, and a retired secret ends what it proved', async () => {
  const nobody = browser('alice', undefined)
  assert.equal(await nobody.ask('preferences'), null)
  nobody.end()
  const carol = browser('carol', hash('carol'))
  await carol.ask('open')
  await environment.retire()
  await carol.ask('closed')
  await assert.rejects(() => send('carol', '1'), { message: /401/ })
  carol.end()
})

const send = (id, order) => notificationapi.send({ type: 'order', to: { id }, parameters: { id: order } })
const hash = (user) => environment.hash(user)

/** A process of its own, because Node trusts a certificate only from its beginning. */
function browser(userId, hashedUserId) {
  const { clientId, host, front } = environment
  const config = JSON.stringify({ userId, hashedUserId, clientId, host, websocketHost: host })
  const [major] = process.versions.node.split('.')
  const flags = Number(major) < 22 ? ['--experimental-websocket'] : []
  const program = join(import.meta.dirname, 'notificationapi-client.mjs')
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: front.certificate, CLIENT: config }
  const child = spawn(process.execPath, [...flags, program], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ask = (what, value) => new Promise((resolve, reject) => {
    child.once('message', ({ answer, error }) => (error ? reject(new Error(error)) : resolve(answer)))
    child.send({ what, value })
  })
  return { ask, end: () => child.kill() }
}
