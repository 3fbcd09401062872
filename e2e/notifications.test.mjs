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
  await agent.getByText(/Line 1, column \d+: /).waitFor()
  await agent.getByText('Not saved: a text is no template.').waitFor()
  await agent.getByLabel('Title in the feed').fill('<b>{{ number }}</b> is paid')
  await agent.getByLabel('Where a click leads').fill('/invoices/{{ number }}')
  await agent.getByRole('button', { name: 'Save' }).click()
  await agent.getByText('The type is saved.').waitFor()
  const feed = agent.getByRole('figure', { name: 'Preview: In the feed' })
  await feed.getByText('number is paid').waitFor()
  await agent.getByLabel('Example parameters').fill('{"number": "N-1041 <script>"}')
  await feed.getByText('N-1041 <script> is paid').waitFor()
  await feed.getByText('/invoices/N-1041').waitFor()
  assert.deepEqual(await flaws(agent.mainFrame()), [])
  await picture(agent, 'type-of-notifications')
  await agent.getByRole('combobox', { name: 'Search contacts' }).fill('alice')
  await agent.getByRole('option', { name: /Alice/ }).first().waitFor()
  await agent.keyboard.press('Enter')
  await agent.getByRole('button', { name: 'Send the test' }).click()
  await alice.frame.locator('.item', { hasText: 'N-1041 <script> is paid' }).waitFor()
  await agent.getByRole('region', { name: 'Send a test' }).getByRole('row', { name: /invoice_paid.*In the product delivered/ }).waitFor()
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

test('an email is previewed as it will be, and can do nothing in the dashboard', async () => {
  const agent = await stage.agent()
  const outside = []
  await agent.route(/^https:/, (route) => (outside.push(route.request().url()), route.abort()))
  await agent.goto(`${stage.dashboard}notifications/types/invoice_paid`)
  await agent.getByRole('checkbox', { name: 'Email' }).check()
  await agent.getByLabel('Subject of the email').fill('{{ number }} is paid')
  await agent.getByLabel('HTML of the email').fill('<style>h1 { color: rgb(11, 101, 73) }</style><h1>Thank you for {{ number }}</h1><script>top.hacked = 1</script><img src="https://tracker.example/x.png" onerror="top.hacked = 1"><a href="https://evil.example">Pay again</a>')
  const email = agent.frameLocator('.paper')
  const heading = email.getByRole('heading', { name: 'Thank you for number' })
  assert.equal(await heading.evaluate((one) => getComputedStyle(one).color), 'rgb(11, 101, 73)')
  await email.getByRole('link').click()
  await heading.waitFor()
  assert.deepEqual(outside, [])
  assert.equal(await agent.evaluate('"hacked" in window'), false)
  const { status, headers } = await fetch(`${stage.dashboard}paper`)
  assert.equal(status, 200)
  assert.match(headers.get('content-security-policy'), /^sandbox allow-same-origin; default-src 'none';/)
  await picture(agent, 'email-preview')
  await agent.context().close()
})

test('a contact’s page shows its feed and preferences, and who chooses for it is in the audit log', async () => {
  const agent = await stage.agent()
  const alice = await contactOf('Alice')
  await agent.goto(`${stage.dashboard}contacts/${alice}`)
  const theirs = agent.getByRole('region', { name: 'Notifications' })
  await theirs.getByText('N-1041 <script> is paid').waitFor()
  await theirs.getByRole('row', { name: /the contact has turned this off/ }).waitFor()
  await theirs.getByRole('button', { name: 'Change on their behalf' }).click()
  await theirs.getByRole('combobox', { name: 'Payments: In the product' }).selectOption('On')
  await theirs.getByRole('button', { name: 'Done' }).click()
  assert.deepEqual(await flaws(agent.mainFrame()), [])
  await theirs.scrollIntoViewIfNeeded()
  await picture(agent, 'notifications-of-a-contact')
  await until(async () => (await stage.backEnd('GET', '/audit_events')).items.some(({ action, target }) => action === 'notification_preferences.changed' && target === alice), () => 'the audit log tells of it')
  assert.equal((await send(alice, { number: 'N-10' })).deliveries[0].state, 'delivered')
  await agent.context().close()
})

test('the widget has notifications beside its conversations: counted, read, followed, and chosen by key', async () => {
  const { page, frame } = await stage.customer('u_alice')
  const alice = await contactOf('Alice')
  const bell = frame.getByRole('button', { name: /^Notifications/ })
  await bell.waitFor()
  await page.evaluate(() => window.Countersign('hide'))
  const launcher = page.locator('countersign-widget button')
  for (const number of ['N-11', 'N-12']) await send(alice, { number })
  await until(async () => /Unread: \d/.test(await launcher.getAttribute('aria-label')), () => 'the button counts')
  await picture(page, 'widget-button-counts')
  await launcher.click()
  await frame.locator('.item.fresh', { hasText: 'N-12 is paid' }).waitFor()
  await until(async () => !/Unread/.test(await launcher.getAttribute('aria-label')), () => 'what was seen is not counted')
  assert.deepEqual(await flaws(frame), [])
  await picture(page, 'widget-notifications')
  await frame.getByRole('button', { name: 'Notification settings' }).press('Enter')
  const heading = frame.getByRole('heading', { name: 'Notification settings' })
  assert.equal(await heading.evaluate((one) => one === document.activeElement), true, 'the keyboard is where the visitor is')
  await frame.getByRole('switch', { name: 'Payments: Here' }).waitFor()
  assert.deepEqual(await flaws(frame), [])
  await picture(page, 'widget-notification-settings')
  await frame.getByRole('button', { name: 'Back to the notifications' }).press('Enter')
  await frame.getByRole('button', { name: 'Back to the messages' }).press('Enter')
  await frame.locator('textarea').waitFor()
  await bell.press('Enter')
  const gone = page.waitForRequest((request) => request.isNavigationRequest() && request.frame() === page.mainFrame())
  await frame.locator('a.item-body', { hasText: 'N-12' }).click()
  assert.equal((await gone).url(), `${stage.site}invoices/N-12`, 'the page goes there, not the frame')
  await page.context().close()
})

test('on a phone and in the dark the widget’s notifications are as good', async () => {
  const { page, frame } = await stage.customer('u_alice', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true, deviceScaleFactor: 2 })
  await frame.getByRole('button', { name: /^Notifications/ }).tap()
  await frame.locator('.item').first().waitFor()
  assert.deepEqual(await flaws(frame), [])
  await picture(page, 'widget-notifications-phone')
  await page.context().close()
})
