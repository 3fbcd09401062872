// NotificationAPI's packages for pages, unmodified, in Chromium over TLS: only the host is another.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Environment } from './environment.mjs'
import { openSite } from './site.mjs'
import { picture, until } from './stage.mjs'

const MANY = 2_500

let environment, site
before(async () => {
  environment = await Environment.open()
  site = await openSite(environment)
})
after(async () => {
  site?.close()
  await environment?.close()
})

test('the React package shows badge and popup, is pushed to, and writes back what was done', async () => {
  for (const order of ['1', '2', '3']) await environment.send('dave', order)
  const page = await open('react', 'dave')
  const badge = page.locator('.MuiBadge-badge').first()
  await shows(badge, '3')
  await environment.send('dave', '4')
  await shows(badge, '4')
  await page.locator('button').first().click()
  const rows = page.locator('.rc-virtual-list li')
  await until(async () => (await rows.count()) === 4, () => 'four rows are not shown')
  assert.deepEqual(await titles(page), ['Order 4 left', 'Order 3 left', 'Order 2 left', 'Order 1 left'])
  await feed('dave', (items) => items.every(({ seen, opened }) => seen && opened), 'opened')
  await picture(page, 'notificationapi-react')
  await rows.nth(0).hover()
  await rows.nth(0).locator('.notification-archive-button').click()
  await feed('dave', ([newest]) => newest.archived, 'archived')
  await rows.filter({ hasText: 'Order 2' }).click()
  await feed('dave', (items) => items.some(({ title, clicked }) => title === 'Order 2 left' && clicked), 'clicked')
  assert.deepEqual(page.broken, [])
})

test('the React package’s preferences go both ways', async () => {
  await environment.send('frank', '1')
  const page = await open('react', 'frank', { shown: 'preferences' })
  const inApp = page.getByRole('checkbox')
  await page.getByRole('button', { name: 'Orders' }).click()
  assert.equal(await inApp.isChecked(), true)
  await inApp.click()
  await chosen('frank', 'off')
  await choose('frank', 'instant')
  await page.reload()
  await page.getByRole('button', { name: 'Orders' }).click()
  assert.equal(await inApp.isChecked(), true)
  assert.deepEqual(page.broken, [])
})

test('the JS package shows badge and popup, is pushed to, and writes back what was done', async () => {
  for (const order of ['1', '2']) await environment.send('grace+1@x.example', order)
  const page = await open('js', 'grace+1@x.example')
  const badge = page.locator('.notificationapi-unread')
  await shows(badge, '2')
  await environment.send('grace+1@x.example', '3')
  await shows(badge, '3')
  await page.locator('.notificationapi-button').click()
  const rows = page.locator('.notificationapi-notification')
  assert.deepEqual(await rows.locator('.notificationapi-notification-title').allTextContents(), ['Order 3 left', 'Order 2 left', 'Order 1 left'])
  await picture(page, 'notificationapi-js')
  await rows.nth(1).click()
  await shows(badge, '2')
  await feed('grace+1@x.example', (items) => items[1].seen && !items[0].seen && !items[2].seen, 'seen')
  const other = await open('js', 'grace+1@x.example')
  await shows(other.locator('.notificationapi-unread'), '2')
  await page.locator('.notificationapi-readAll-button').click()
  await feed('grace+1@x.example', (items) => items.every(({ seen }) => seen), 'all seen')
  await other.locator('.notificationapi-unread.hidden').waitFor({ state: 'attached' })
  await page.evaluate(() => window.client.identify({ email: 'grace@x.example' }))
  assert.equal((await environment.asked('grace+1@x.example', 'GET', '/')).body.email, 'grace@x.example')
  assert.deepEqual([...page.broken, ...other.broken], [])
})

test('the JS package’s preferences go both ways', async () => {
  await environment.send('heidi', '1')
  const page = await open('js', 'heidi')
  await page.locator('.notificationapi-button').click()
  await page.locator('.notificationapi-preferences-button').click()
  await page.locator('.notificationapi-preferences-toggle label').click()
  await chosen('heidi', 'off')
  await choose('heidi', 'instant')
  const [{ settings }] = await page.evaluate(() => window.client.getUserPreferences())
  assert.deepEqual(settings, [{ channel: 'INAPP_WEB', channelName: 'In-App', state: true }])
  assert.deepEqual(page.broken, [])
})

test('a feed of 2,500 items is loaded to its end without loss or doubles, by both packages', async () => {
  const sent = new Set()
  const orders = Array.from({ length: MANY }, (_, order) => String(order))
  const sendNext = async () => {
    for (let order = orders.pop(); order; order = orders.pop()) sent.add(await environment.send('ivan', order))
  }
  await Promise.all(Array.from({ length: 16 }, sendNext))
  const react = await open('react', 'ivan', { shown: 'feed' })
  const js = await open('js', 'ivan')
  await js.locator('.notificationapi-button').click()
  const loaded = {
    react: () => react.evaluate(() => window.kept.notifications?.map(({ id }) => id) ?? []),
    js: () => js.evaluate(() => window.client.state.notifications.map(({ id }) => id)),
  }
  await all(loaded.react, () => end(react, '.rc-virtual-list-holder'), sent)
  await all(loaded.js, () => end(js, '.notificationapi-popup-inner'), sent)
  // The last page was a full one: only the next, empty one tells that there is no more.
  await until(async () => {
    await end(js, '.notificationapi-popup-inner')
    return (await js.locator('.notificationapi-nomore').count()) > 0
  }, () => 'the end is not shown')
  assert.equal(await js.locator('.notificationapi-notification').count(), MANY)
  assert.deepEqual([...react.broken, ...js.broken], [])
})

test('Secure Mode, turned on while pages are open, cuts them off and shows nobody’s feed to others', async () => {
  await environment.set({ mode: 'off' })
  await environment.send('erin', '1')
  const react = await open('react', 'erin', { hash: '' })
  await shows(react.locator('.MuiBadge-badge').first(), '1')
  const js = await open('js', 'erin', { hash: '' })
  await shows(js.locator('.notificationapi-unread'), '1')
  assert.ok(react.sockets.length > 0 && js.sockets.length === 1)
  await environment.set({ mode: 'enforce' })
  const closed = () => [...react.sockets, ...js.sockets].every((socket) => socket.isClosed())
  await until(closed, () => 'open sockets are not cut')
  const refused = react.waitForResponse((answer) => answer.url().includes('/INAPP_WEB'))
  await react.evaluate(() => window.kept.markAsArchived('ALL'))
  assert.equal((await refused).status(), 401)

  for (const hash of ['', environment.hash('mallory')]) {
    const [page, other] = [await open('react', 'erin', { hash }), await open('js', 'erin', { hash })]
    await page.locator('button').first().click()
    await page.waitForTimeout(1_000)
    assert.deepEqual(await titles(page), [])
    assert.deepEqual(await page.evaluate(() => window.kept.notifications ?? []), [])
    assert.equal(await other.locator('.notificationapi-notification').count(), 0)
    assert.equal(await other.evaluate(() => window.client.websocket.readyState), 3)
    // Its page stands; what it does with an answer without a body is a promise that nobody catches.
    assert.equal(await page.locator('.MuiPopover-paper').isVisible(), true)
    assert.deepEqual(new Set(page.broken), new Set(["Cannot read properties of undefined (reading 'notifications')"]))
    assert.deepEqual(other.broken, [])
  }
  const erin = await open('react', 'erin')
  await shows(erin.locator('.MuiBadge-badge').first(), '1')
})

/** A page of a package, with what breaks in it and its sockets. */
async function open(name, user, options) {
  const page = await environment.stage.person({ ignoreHTTPSErrors: true })
  Object.assign(page, { broken: [], sockets: [] })
  page.on('pageerror', (error) => page.broken.push(error.message))
  page.on('websocket', (socket) => page.sockets.push(socket))
  await page.goto(site.address(name, user, options))
  return page
}

const titles = (page) => page.locator('.rc-virtual-list li .MuiTypography-body2 > span').allTextContents()

async function shows(locator, text) {
  await until(async () => (await locator.textContent()) === text, () => `${text} is not shown`)
}

async function feed(user, is, what) {
  await until(async () => is(await environment.feed(user)), () => `${what} does not come to the server`)
}

async function chosen(user, delivery) {
  await until(async () => (await environment.preferences(user))[0].delivery === delivery, () => `${delivery} does not come to the server`)
}

const choose = (user, delivery) => environment.asked(user, 'POST', '/preferences', [{ notificationId: 'order', channel: 'INAPP_WEB', delivery }])

/** Scrolls until nothing more comes; what is there then is what was sent, each once. */
async function all(loaded, scroll, sent) {
  await until(async () => {
    await scroll()
    return (await loaded()).length >= sent.size
  }, () => 'the feed does not come to its end', 90)
  const ids = await loaded()
  assert.equal(ids.length, sent.size)
  assert.deepEqual(new Set(ids), sent)
}

/** To the end from above, as it takes to make a list notice that it is there. */
const end = (page, selector) => page.locator(selector).first().evaluate(async (list) => {
  list.scrollTop = Math.max(0, list.scrollHeight - 2 * list.clientHeight)
  await new Promise((moved) => requestAnimationFrame(() => requestAnimationFrame(moved)))
  list.scrollTop = list.scrollHeight
})
