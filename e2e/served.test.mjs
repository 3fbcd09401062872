// Alice is served: what she writes arrives as proven, and every device of hers has the answer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answer, openWidget, picture, Stage, thread, type, until, write } from './stage.mjs'

let stage
before(async () => { stage = await Stage.open() })
after(async () => { await stage?.close() })

test('Alice writes, the agent sees that it is proven, and she reads the answer as it is written', async () => {
  const alice = await stage.customer('u_alice')
  await write(alice.frame, 'My invoice N-1041 is wrong: I paid it on Monday.')
  const agent = await stage.agent()
  await answer(agent, 'N-1041', 'Thank you, Alice. I can see your payment, and have put it right.')
  assert.match(await agent.locator('.thread-head').innerText(), /Alice Chesterton\s+Proven signed token[^]*Northwind/)
  await alice.frame.locator('.bubble:not(.own)', { hasText: 'I can see your payment' }).waitFor()
  await agent.getByText('Seen', { exact: true }).waitFor()
  await picture(agent, 'inbox')
  await picture(alice.page, 'widget')
  for (const page of [alice.page, agent]) await page.context().close()
})

test('another device of hers has the history, and hears what the first one writes', async () => {
  const [first, second] = [await stage.customer('u_alice'), await stage.customer('u_alice')]
  await second.frame.locator('.bubble', { hasText: 'I can see your payment' }).waitFor()
  await write(first.frame, 'Wonderful, thank you.')
  await second.frame.locator('.bubble.own', { hasText: 'Wonderful, thank you.' }).waitFor()
  assert.deepEqual(await thread(second.frame), await thread(first.frame))
  for (const { page } of [first, second]) await page.context().close()
})

test('Bob sees nothing of it', async () => {
  const { page, frame } = await stage.customer('u_bob')
  assert.deepEqual(await thread(frame), [])
  assert.ok(!(await frame.content()).includes('N-1041'))
  await page.context().close()
})

test('a visitor without a name may ask, and nobody takes them for somebody', async () => {
  const page = await stage.person()
  await page.goto(stage.site)
  const frame = await openWidget(page)
  await write(frame, 'Do you have a free plan? I am alice@northwind.example')
  const agent = await stage.agent()
  await agent.locator('.row', { hasText: 'free plan' }).first().click()
  const head = await agent.locator('.thread-head').innerText()
  assert.match(head, /anonymous/i)
  assert.doesNotMatch(head, /proven|Alice/i)
  for (const one of [page, agent]) await one.context().close()
})

test('a closed conversation says so, and the next message opens another', async () => {
  const { page, frame } = await stage.customer('u_bob')
  await write(frame, 'My printer again.')
  const agent = await stage.agent()
  await answer(agent, 'My printer again.', 'It is on its way.')
  await agent.getByRole('button', { name: 'Close' }).click()
  await frame.locator('.closed button').click()
  await frame.waitForSelector('textarea')
  await write(frame, 'And the stapler.')
  await agent.locator('.row', { hasText: 'And the stapler.' }).first().waitFor()
  assert.deepEqual(await thread(frame), [{ own: 'And the stapler.' }])
  for (const one of [page, agent]) await one.context().close()
})

test('Ctrl-C ends it with open sockets, and the next start has the password and every word', async () => {
  const { page, frame } = await stage.customer('u_alice')
  const before = await thread(frame)
  const { password } = stage.made.owner
  const began = Date.now()
  assert.deepEqual(await stage.stop('SIGINT'), { code: 0, by: null })
  assert.ok(Date.now() - began < 7_000, 'no longer than running requests may take')
  await stage.start()
  assert.equal(stage.made.owner.password, password)
  assert.ok(stage.said.includes(password), 'the password is shown again')
  await until(async () => (await frame.locator('.notice').count()) === 0, () => 'the widget does not come back')
  await write(frame, 'Still there?')
  const agent = await stage.agent()
  await agent.locator('.row', { hasText: 'Still there?' }).first().click()
  await agent.locator('.thread', { hasText: 'I can see your payment' }).waitFor()
  assert.deepEqual(await thread(frame), [...before, { own: 'Still there?' }])
  for (const one of [page, agent]) await one.context().close()
})
