// What a back end tells Alice is in her inbox at once, on every device, and nobody else's.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { flaws, picture, Stage, until } from './stage.mjs'

const loader = readFileSync(join(import.meta.dirname, '../web/loader/dist/index.js'), 'utf8')
let stage
before(async () => { stage = await Stage.open() })
after(async () => { await stage?.close() })

/** A customer whose product has an inbox on its page. */
async function reader(who, shown = true) {
  const page = await stage.person()
  await page.route('**/e2e-loader.js', (route) => route.fulfill({ contentType: 'text/javascript', body: loader }))
  await page.goto(stage.site)
  await page.click(`[data-who=${who}]`)
  await page.waitForSelector('#product:not([hidden])')
  await page.evaluate(async ([origin, shown]) => {
    const { inbox } = await import('/e2e-loader.js')
    const { public_key: widget } = await (await fetch('/api/me')).json()
    const into = document.body.appendChild(document.createElement('div'))
    into.style.cssText = 'position:fixed;inset:80px auto auto 40px;width:380px;height:520px;z-index:9;box-shadow:0 4px 24px #0004'
    window.unread = null
    window.feed = inbox({
      origin, widget, into, shown,
      identity: async ({ jkt }) => ({ token: await (await fetch(`/api/countersign-token?jkt=${jkt}`)).text() }),
      onFeed: ({ unread }) => { window.unread = unread },
      onFollow: ({ url }) => { window.followed = url },
    })
  }, [stage.widget, shown])
  const frame = await (await page.waitForSelector('iframe[src*="view=inbox"]')).contentFrame()
  await frame.waitForSelector('.item, .welcome, .sorry')
  return { page, frame }
}

const contactOf = async (name) => (await stage.backEnd('GET', `/contacts?query=${name}`)).items[0].id
const send = (contact, parameters) => stage.backEnd('POST', '/notifications', { type: 'invoice_paid', to: { contact }, parameters })

test('a type is made and tried in the dashboard, and arrives where the contact is looking', async () => {
  const alice = await reader('u_alice')
  const agent = await stage.agent()
  await agent.getByRole('link', { name: 'Notify' }).click()
  await agent.getByRole('link', { name: 'Types' }).click()
  await agent.getByRole('button', { name: 'Create a type' }).click()
  await agent.getByRole('dialog').getByLabel('Name').fill('invoice_paid')
  await agent.getByRole('dialog').getByRole('button', { name: 'Create a type' }).click()
  await agent.getByLabel('Title', { exact: true }).fill('Payments')
  await agent.getByLabel('Title in the feed').fill('<b>{{ number }')
  await agent.getByRole('button', { name: 'Save' }).click()
  await agent.getByText(/line 1/i).waitFor()
  await agent.getByLabel('Title in the feed').fill('<b>{{ number }}</b> is paid')
  await agent.getByLabel('Where a click leads').fill('/invoices/{{ number }}')
  await agent.getByRole('button', { name: 'Save' }).click()
  await agent.getByText('The type is saved.').waitFor()
  await agent.getByLabel('Contact id').fill(await contactOf('Alice'))
  await agent.getByLabel('Parameters, JSON').fill('{"number": "N-1041 <script>"}')
  await agent.getByRole('button', { name: 'Send', exact: true }).click()
  await alice.frame.locator('.item', { hasText: 'N-1041 <script> is paid' }).waitFor()
  await agent.locator('.tested', { hasText: 'In the product' }).waitFor()
  assert.deepEqual(await flaws(agent.mainFrame()), [])
  assert.deepEqual(await flaws(alice.frame), [])
  await picture(alice.page, 'inbox-of-alice')
  await agent.goto(`${stage.dashboard}notifications`)
  await agent.getByRole('row', { name: /invoice_paid/ }).waitFor()
  await picture(agent, 'notifications')
  for (const one of [alice.page, agent]) await one.context().close()
})

test('every device of hers has it and agrees on what is unread; Bob has nothing of it', async () => {
  const [first, second, bob] = [await reader('u_alice', false), await reader('u_alice', false), await reader('u_bob', false)]
  await send(await contactOf('Alice'), { number: 'N-7' })
  for (const { page, frame } of [first, second]) {
    await frame.locator('.item', { hasText: 'N-7 is paid' }).waitFor()
    await until(() => page.evaluate('unread === 1'), () => 'one is unread')
  }
  await first.page.evaluate(() => window.feed.see())
  await until(() => second.page.evaluate('unread === 0'), () => 'the second device hears that all is read')
  await first.frame.getByRole('button', { name: 'Archive: N-7 is paid' }).press('Enter')
  await until(async () => (await second.frame.locator('.item', { hasText: 'N-7' }).count()) === 0, () => 'it is put away there, too')
  assert.equal(await bob.frame.locator('.item').count(), 0)
  await first.frame.locator('a.item-body').first().press('Enter')
  await until(() => first.page.evaluate('window.followed?.startsWith("/invoices/")'), () => 'the page’s own router is asked')
  for (const { page } of [first, second, bob]) await page.context().close()
})

test('what she turns off is not sent, and the log says why', async () => {
  const { page, frame } = await reader('u_alice')
  await frame.getByRole('button', { name: 'Notification settings' }).click()
  const choice = frame.getByRole('switch', { name: 'Payments: Here' })
  const kept = page.waitForResponse((answer) => answer.ok() && answer.request().method() === 'PATCH' && /notification_preferences/.test(answer.url()))
  await choice.click()
  await kept
  const contact = await contactOf('Alice')
  const { deliveries } = await send(contact, { number: 'N-9' })
  assert.deepEqual(deliveries.map(({ channel, state, reason }) => [channel, state, reason]), [['inapp', 'skipped', 'the contact has turned this off']])
  const agent = await stage.agent()
  await agent.goto(`${stage.dashboard}notifications`)
  await agent.getByRole('row', { name: /the contact has turned this off/ }).waitFor()
  for (const one of [page, agent]) await one.context().close()
})
