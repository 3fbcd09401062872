// The two journeys of the demo, and what may come between.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { flaws, openWidget, picture, Stage, write } from './stage.mjs'

let stage
before(async () => { stage = await Stage.open() })
after(async () => { await stage?.close() })

test('Alice is served: she writes, the agent sees that it is proven, and she reads the answer', async () => {
  const alice = await stage.customer('u_alice')
  await write(alice.frame, 'My invoice N-1041 is wrong.')
  const agent = await stage.agent()
  await agent.getByText('My invoice N-1041 is wrong.').first().click()
  await agent.getByText(/proven/i).first().waitFor()
  await agent.getByText('Alice Chesterton').first().waitFor()
  const reply = agent.getByRole('textbox', { name: /reply|message|write/i }).last()
  await reply.fill('Thank you, Alice. We are looking into it.')
  await reply.press('Control+Enter')
  if (await reply.inputValue()) await agent.getByRole('button', { name: /^(send|reply)/i }).last().click()
  await alice.frame.waitForSelector('.bubble:not(.own) >> text=We are looking into it.')
  await picture(agent, 'inbox')
  await picture(alice.page, 'widget')
  const elsewhere = await stage.customer('u_alice')
  await elsewhere.frame.waitForSelector('text=We are looking into it.')
  const bob = await stage.customer('u_bob')
  assert.equal(await bob.frame.locator('.bubble').count(), 0, 'nothing of Alice’s is shown to Bob')
  for (const page of [alice.page, elsewhere.page, bob.page, agent]) await page.context().close()
})

test('Alice as Bob from the console is refused, and the administrator learns why', async () => {
  const bob = await stage.customer('u_bob')
  await write(bob.frame, 'A secret of Bob’s.')
  const { page } = await stage.customer('u_alice')
  await page.evaluate(() => window.Countersign('hide'))
  const buttons = page.locator('#attacks button')
  const outputs = page.locator('#attacks output')
  const many = await buttons.count()
  assert.equal(many, 6)
  const references = []
  for (let at = 0; at < many; at++) {
    await buttons.nth(at).click()
    await outputs.nth(at).locator('a').waitFor()
    const text = await outputs.nth(at).textContent()
    assert.match(text, /Refused \(401 identity_refused\): req_/)
    references.push(text.slice(text.indexOf('req_')))
  }
  assert.equal(new Set(references).size, many)
  await picture(page, 'attacker')
  const frames = page.frames().map((frame) => frame.content())
  assert.ok(!(await Promise.all(frames)).join().includes('A secret of Bob’s.'))
  const agent = await stage.agent()
  const causes = []
  for (const reference of references) {
    await agent.goto(`${stage.dashboard}refusals?reference=${reference}`)
    const row = agent.getByText(reference).first()
    await row.waitFor()
    causes.push(await agent.locator('main').innerText())
  }
  assert.match(causes[0], /proof/i)
  assert.match(causes[4], /expired/i)
  await picture(agent, 'refusals')
  for (const one of [bob.page, page, agent]) await one.context().close()
})

test('the console cannot make the widget somebody else either', async () => {
  const { page } = await stage.customer('u_alice')
  await page.evaluate(() => window.Countersign('identify', async () => ({ id: 'u_bob', email: 'bob@initech.example' })))
  const element = await page.waitForSelector('countersign-widget iframe')
  const frame = await element.contentFrame()
  await frame.waitForSelector('.sorry code')
  assert.match(await frame.textContent('.sorry code'), /^req_/)
  assert.equal(await frame.locator('.bubble').count(), 0)
  await picture(page, 'refused')
  await page.context().close()
})

test('signing out ends the session, and what is left in the browser opens nothing', async () => {
  const { page, frame } = await stage.customer('u_alice')
  let access
  page.on('request', (request) => { access = request.headers().authorization ?? access })
  await write(frame, 'before I go')
  assert.match(access, /^DPoP /)
  await page.click('#sign-out')
  await page.waitForSelector('#welcome:not([hidden])')
  const answer = await fetch(`http://127.0.0.1:${stage.port}/widget/v1/me`, { headers: { authorization: access } })
  assert.equal(answer.status, 401)
  const anonymous = await openWidget(page)
  assert.equal(await anonymous.locator('.bubble').count(), 0)
  await page.context().close()
})

test('a server that is killed loses and doubles nothing, and the page goes on by itself', async () => {
  const { page, frame } = await stage.customer('u_bob')
  for (let number = 1; number <= 5; number++) await write(frame, `before ${number}`)
  await stage.kill()
  await frame.fill('textarea', 'while it was away')
  await frame.press('textarea', 'Enter')
  await frame.waitForSelector('.notice')
  await picture(page, 'offline')
  await stage.start()
  await frame.waitForSelector('.bubble.own:not(.waiting) >> text=while it was away', { timeout: 40_000 })
  const texts = await frame.locator('.bubble.own:not(.waiting) > p:first-of-type').allTextContents()
  const ours = texts.filter((text) => /^(before|while)/.test(text))
  assert.deepEqual(ours, ['before 1', 'before 2', 'before 3', 'before 4', 'before 5', 'while it was away'])
  await page.context().close()
})

test('nothing serious stands in the way of anybody', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const { page, frame } = await stage.customer('u_alice', { colorScheme })
    assert.deepEqual(await flaws(frame), [], `the widget, ${colorScheme}`)
    assert.deepEqual(await flaws(page.mainFrame()), [], `the product, ${colorScheme}`)
    await picture(page, `widget-${colorScheme}`)
    const agent = await stage.agent({ colorScheme })
    for (const path of ['', 'refusals', 'contacts', 'widgets']) {
      await agent.goto(stage.dashboard + path)
      await agent.waitForLoadState('networkidle')
      assert.deepEqual(await flaws(agent.mainFrame()), [], `dashboard/${path}, ${colorScheme}`)
      await picture(agent, `dashboard-${path || 'inbox'}-${colorScheme}`)
    }
    for (const one of [page, agent]) await one.context().close()
  }
})

test('a phone and a right-to-left language are at home', async () => {
  const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true }
  const { page } = await stage.customer('u_alice', phone)
  await page.evaluate(async () => {
    const { public_key: widget } = await (await fetch('/api/me')).json()
    const identity = async ({ jkt }) => ({ token: await (await fetch(`/api/countersign-token?jkt=${jkt}`)).text() })
    window.Countersign('remove')
    window.Countersign('boot', { widget, identity, locale: 'ar' })
  })
  const frame = await openWidget(page)
  assert.equal(await frame.evaluate(() => document.documentElement.dir), 'rtl')
  const box = await (await page.waitForSelector('countersign-widget iframe')).boundingBox()
  assert.ok(box.width >= 380, 'the whole width of a phone')
  await picture(page, 'phone-arabic')
  await page.context().close()
})
