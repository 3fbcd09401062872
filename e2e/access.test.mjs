// Nothing serious stands in the way of anybody: screen readers, small screens, dark rooms, other languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answer, flaws, openWidget, picture, Stage, write } from './stage.mjs'

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
let stage

before(async () => {
  stage = await Stage.open()
  const { page, frame } = await stage.customer('u_alice')
  await write(frame, 'My invoice N-1041 is wrong: I paid it on Monday.')
  const agent = await stage.agent()
  await answer(agent, 'N-1041', 'Thank you, Alice. I can see your payment, and have put it right.')
  for (const one of [page, agent]) await one.context().close()
})
after(async () => { await stage?.close() })

for (const colorScheme of ['light', 'dark']) {
  test(`the product and the widget, ${colorScheme}`, async () => {
    const page = await stage.person({ colorScheme })
    await page.goto(stage.site)
    await page.waitForSelector('#welcome:not([hidden])')
    assert.deepEqual(await flaws(page.mainFrame()), [], 'before signing in')
    await picture(page, `product-${colorScheme}`)
    await page.context().close()

    const alice = await stage.customer('u_alice', { colorScheme })
    await alice.frame.locator('.bubble').first().waitFor()
    assert.deepEqual(await flaws(alice.frame), [], 'the widget')
    await alice.page.click('#all')
    await alice.page.waitForFunction(() => document.querySelectorAll('output .chip').length === 8)
    assert.deepEqual(await flaws(alice.page.mainFrame()), [], 'the product with its attacks')
    await picture(alice.page, `widget-${colorScheme}`)
    await alice.page.context().close()
  })

  test(`the dashboard, ${colorScheme}`, async () => {
    const agent = await stage.agent({ colorScheme })
    const { items: [conversation] } = await stage.backEnd('GET', '/conversations')
    const pages = [`inbox/${conversation.id}`, 'refusals', 'contacts', `contacts/${conversation.contact.id}`, 'widgets', 'settings/members', 'settings/keys', 'settings/audit']
    for (const path of pages) {
      await agent.goto(stage.dashboard + path)
      await agent.waitForLoadState('networkidle')
      assert.deepEqual(await flaws(agent.mainFrame()), [], path)
      await picture(agent, `dashboard-${path.split('/').slice(0, path.startsWith('settings') ? 2 : 1).join('-')}-${colorScheme}`)
    }
    await agent.context().close()
  })
}

test('a phone shows the whole product and the whole widget', async () => {
  const page = await stage.person(PHONE)
  await page.goto(stage.site)
  await page.waitForSelector('#welcome:not([hidden])')
  const overflows = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  assert.equal(await overflows(), false, 'before signing in')
  await page.tap('[data-who=u_alice]')
  await page.waitForSelector('#product:not([hidden])')
  assert.equal(await overflows(), false, 'the invoices')
  await picture(page, 'phone-product')
  await openWidget(page)
  const box = await page.locator('countersign-widget iframe').boundingBox()
  assert.deepEqual([box.width, box.height], [360, 740])
  await picture(page, 'phone-widget')
  await page.context().close()
})

test('a language that is written from right to left', async () => {
  const { page } = await stage.customer('u_alice', PHONE)
  await page.evaluate(async () => {
    const { public_key: widget } = await (await fetch('/api/me')).json()
    const identity = async ({ jkt }) => ({ token: await (await fetch(`/api/countersign-token?jkt=${jkt}`)).text() })
    window.Countersign('remove')
    window.Countersign('boot', { widget, identity, locale: 'ar' })
  })
  const frame = await openWidget(page)
  assert.deepEqual(await frame.evaluate(() => [document.documentElement.dir, document.documentElement.lang]), ['rtl', 'ar'])
  assert.deepEqual(await flaws(frame), [])
  await picture(page, 'phone-arabic')
  await page.context().close()
})

test('the keyboard alone opens the widget, writes, and comes back', async () => {
  const { page, frame } = await stage.customer('u_alice')
  await page.keyboard.type('By hand.')
  await page.keyboard.press('Enter')
  await frame.locator('.bubble.own:not(.waiting)', { hasText: 'By hand.' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('countersign-widget iframe').waitFor({ state: 'hidden' })
  await page.keyboard.press('Enter')
  await page.locator('countersign-widget iframe').waitFor({ state: 'visible' })
  await page.context().close()
})
