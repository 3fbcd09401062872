// Web push, from a sending to the notification that Chromium shows, with the vendor's own worker.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Environment } from './environment.mjs'
import { PushService, deliver, shown, subscribeTo } from './push-service.mjs'
import { until } from './stage.mjs'

const vendor = join(import.meta.dirname, 'node_modules/notificationapi-js-client-sdk/dist')

let environment, push, site
before(async () => {
  environment = await Environment.open({ flags: ['--allow-private-urls'] })
  await environment.stage.backEnd('PUT', '/notification_types/order', {
    title: 'Orders', channels: ['inapp', 'web_push'],
    templates: { web_push: { title: 'Order {{ id }}', message: 'It left “{{ from }}”', icon: 'https://shop.example/icon.png', url: '/orders/{{ id }}' } },
  })
  push = await PushService.open()
  site = await serve()
})
after(async () => {
  site?.close()
  push?.close()
  await environment?.close()
})

test('the vendor’s package subscribes, and its worker shows what was sent', async () => {
  const { stage, clientId, plain } = environment
  const page = await stage.person()
  await page.context().grantPermissions(['notifications'])
  await subscribeTo(page, push)
  await page.goto(site.url)
  const key = await page.evaluate(async ({ clientId, hash, plain }) => {
    const client = new window.NotificationAPI({
      clientId, userId: 'alice', userIdHash: hash, restBaseURL: plain, websocket: plain.replace('http', 'ws'),
    })
    const heard = new Promise((resolve) => {
      client.websocket.addEventListener('message', ({ data }) => {
        const { route, payload } = JSON.parse(data)
        if (route === 'environment/data') resolve(payload)
      })
    })
    const { applicationServerKey, askForWebPushPermission } = await heard
    if (!askForWebPushPermission) throw new Error('web push is not offered')
    client.askForWebPushPermission()
    return applicationServerKey
  }, { clientId, hash: environment.hash('alice'), plain })
  const metadata = await environment.asked('alice', 'GET', '/account_metadata')
  assert.equal(metadata.body.userAccountMetadata.environmentVapidPublicKey, key)
  assert.equal(metadata.body.userAccountMetadata.hasWebPushEnabled, true)
  const contact = await until(() => reached('alice'), () => 'alice is reached nowhere')
  assert.equal(await page.evaluate(() => window.subscribedTo), key)

  const sent = await stage.backEnd('POST', '/notifications', { type: 'order', to: { id: 'alice' }, parameters: { id: 'A-1', from: '<Köln>' } })
  const text = await push.next(key)
  assert.deepEqual(JSON.parse(text), {
    title: 'Order A-1', message: 'It left “<Köln>”', icon: 'https://shop.example/icon.png', url: '/orders/A-1', tag: sent.id,
  })
  await deliver(page, text)
  const [notification] = await until(async () => (await shown(page))[0] && shown(page), () => 'nothing is shown')
  assert.deepEqual(notification, {
    title: 'Order A-1', body: 'It left “<Köln>”', icon: 'https://shop.example/icon.png', tag: sent.id, data: { url: '/orders/A-1' },
  })
  await deliver(page, text)
  assert.equal((await shown(page)).length, 1, 'a repetition takes its own place')

  await stage.backEnd('DELETE', `/contacts/${contact}/sessions`)
  await until(async () => !(await reached('alice')), () => 'alice is still reached after signing out everywhere')
  const late = await stage.backEnd('POST', '/notifications', { type: 'order', to: { id: 'alice' }, parameters: { id: 'A-2' } })
  const outcome = late.deliveries.find(({ channel }) => channel === 'web_push')
  assert.deepEqual([outcome.state, outcome.reason], ['skipped', 'the contact takes web push in no browser'])
})

/** The contact with this id of the customer, if it is reached in some browser. */
async function reached(user) {
  const { stage } = environment
  const { items } = await stage.backEnd('GET', '/contacts')
  for (const { id, fields } of items) {
    if (fields.id?.value !== user) continue
    const browsers = await stage.backEnd('GET', `/contacts/${id}/push_subscriptions`)
    if (browsers.items.length > 0) return id
  }
  return null
}

/** A customer's page with the vendor's package and its worker, as npm has them. */
function serve() {
  const files = {
    '/': ['text/html', '<!doctype html><title>Shop</title><script src="/sdk.js"></script><div id="root"></div>'],
    '/sdk.js': ['text/javascript', readFileSync(join(vendor, 'notificationapi-js-client-sdk.js'))],
    '/notificationapi-service-worker.js': ['text/javascript', readFileSync(join(vendor, 'service-worker.js'))],
  }
  const server = createServer(({ url }, response) => {
    const [type, body] = files[url] ?? ['text/plain', null]
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }))
  })
}
