// The product turns web push on for Alice: what is sent reaches her browser's own worker, until she signs out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PushService, deliver, shown, subscribeTo } from './push-service.mjs'
import { Stage, until } from './stage.mjs'

const loader = readFileSync(join(import.meta.dirname, '../web/loader/dist/index.js'), 'utf8')
let stage, push
before(async () => {
  stage = await Stage.open({ flags: ['--allow-private-urls'] })
  await stage.backEnd('PUT', '/notification_types/reply', {
    title: 'Replies', channels: ['web_push'],
    templates: { web_push: { title: '{{ who }} answered', message: 'Open the thread', url: '/?thread={{ id }}' } },
  })
  push = await PushService.open()
})
after(async () => {
  push?.close()
  await stage?.close()
})

test('Alice turns it on, is reached, is reached again after a visit, and no more once she has signed out', async () => {
  const page = await stage.person()
  await page.context().grantPermissions(['notifications'])
  await subscribeTo(page, push)
  await page.route('**/e2e-loader.js', (route) => route.fulfill({ contentType: 'text/javascript', body: loader }))
  await page.goto(stage.site)
  await page.click('[data-who=u_alice]')
  await page.waitForSelector('#product:not([hidden])')
  await visit(page)
  await becomes(page, 'off')
  await page.evaluate(() => window.feed.push.turnOn())
  await becomes(page, 'on')
  const contact = (await stage.backEnd('GET', '/contacts?query=Alice')).items[0].id
  const reached = async () => (await stage.backEnd('GET', `/contacts/${contact}/push_subscriptions`)).items
  assert.deepEqual((await reached()).map(({ host }) => host), ['127.0.0.1'])

  const sent = await stage.backEnd('POST', '/notifications', { type: 'reply', to: { contact }, parameters: { who: 'Bob', id: '7' } })
  const text = await push.next(await page.evaluate(() => window.subscribedTo))
  await deliver(page, text)
  const notifications = () => shown(page, '/countersign-push/')
  await until(async () => (await notifications()).length > 0, () => 'nothing is shown')
  assert.deepEqual(await notifications(), [
    { title: 'Bob answered', body: 'Open the thread', icon: '', tag: sent.id, data: { url: '/?thread=7' } },
  ])

  const before = (await reached())[0].renewed_at
  await page.evaluate(() => window.feed.remove())
  await visit(page)
  await becomes(page, 'on')
  const [again, ...others] = await reached()
  assert.deepEqual(others, [], 'a visit renews what there is')
  assert.ok(again.renewed_at > before, again.renewed_at)

  await page.evaluate(() => window.feed.push.turnOff())
  await becomes(page, 'off')
  assert.deepEqual(await reached(), [])
  await page.evaluate(() => window.feed.push.turnOn())
  await becomes(page, 'on')
  await page.evaluate(() => window.feed.shutdown())
  await until(async () => (await reached()).length === 0, () => 'she is reached after signing out')
})

/** The product shows its inbox, and hears whether the browser shows notifications. */
function visit(page) {
  return page.evaluate(async (origin) => {
    const { inbox } = await import('/e2e-loader.js')
    const { public_key: widget } = await (await fetch('/api/me')).json()
    window.state = null
    window.trouble = null
    window.feed = inbox({
      origin, widget,
      identity: async ({ jkt }) => ({ token: await (await fetch(`/api/countersign-token?jkt=${jkt}`)).text() }),
      onPush: (state) => { window.state = state },
      onError: (trouble) => { window.trouble = trouble },
    })
  }, stage.widget)
}

async function becomes(page, state) {
  const now = () => page.evaluate(() => [window.state, JSON.stringify(window.trouble)])
  let last
  await until(async () => (last = await now())[0] === state, () => `${last} instead of ${state}`, 15)
}
