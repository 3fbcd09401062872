// NotificationAPI's own packages, unmodified, against the real binary: only the host is another.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import notificationapi from 'notificationapi-node-server-sdk'
import { Stage } from './stage.mjs'

let stage, front, environment, secret, retired
before(async () => {
  stage = await Stage.open()
  const [widget] = (await stage.backEnd('GET', '/widgets')).items
  await stage.owner('PATCH', `/widgets/${widget.id}`, { profile: 'notificationapi', mode: 'enforce' })
  const made = await stage.backEnd('POST', `/widgets/${widget.id}/identity_secrets`, {})
  ;[environment, secret, retired] = [widget.public_key, made.secret, () =>
    stage.backEnd('DELETE', `/widgets/${widget.id}/identity_secrets/${made.id}`)]
  await stage.backEnd('PUT', '/notification_types/order', {
    title: 'Orders', channels: ['inapp'], templates: { inapp: { title: 'Order {{ id }} left' } },
  })
  front = await encrypted(stage)
  notificationapi.init(environment, secret, { baseURL: `http://127.0.0.1:${stage.port}/compat/notificationapi` })
})
after(async () => {
  front?.close()
  await stage?.close()
})

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

test('without the hash there is nothing, and a retired secret ends what it proved', async () => {
  const nobody = browser('alice', undefined)
  assert.equal(await nobody.ask('preferences'), null)
  nobody.end()
  const carol = browser('carol', hash('carol'))
  await carol.ask('open')
  await retired()
  await carol.ask('closed')
  await assert.rejects(() => send('carol', '1'), { message: /401/ })
  carol.end()
})

const send = (id, order) => notificationapi.send({ type: 'order', to: { id }, parameters: { id: order } })
const hash = (user) => createHmac('sha256', secret).update(user).digest('base64')

/** A process of its own, because Node trusts a certificate only from its beginning. */
function browser(userId, hashedUserId) {
  const host = `localhost:${front.port}/compat/notificationapi`
  const config = JSON.stringify({ userId, hashedUserId, clientId: environment, host, websocketHost: host })
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

/** TLS before the server's plain port, as a proxy does it, with a certificate of a moment. */
async function encrypted({ data, port }) {
  const [key, certificate] = [join(data, 'tls.key'), join(data, 'tls.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    const inner = net.connect(port, '127.0.0.1')
    socket.pipe(inner).pipe(socket)
    for (const [one, other] of [[socket, inner], [inner, socket]]) one.on('error', () => other.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, certificate, close: () => server.close() }
}
