// What comes between: a network that goes away, a server that is killed. Nothing is lost, nothing doubled.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answer, picture, Stage, thread, type, until, write } from './stage.mjs'

let stage
before(async () => { stage = await Stage.open() })
after(async () => { await stage?.close() })

/** The texts of the newest conversation, as the server has them. */
async function kept() {
  const { items } = await stage.backEnd('GET', '/conversations')
  const messages = await stage.backEnd('GET', `/conversations/${items[0].id}/messages`)
  assert.deepEqual(messages.items.map(({ seq }) => seq), messages.items.map((_, at) => at + 1), 'numbers without a gap')
  return messages.items.map(({ author, text }) => (author.kind === 'visitor' ? { own: text } : { team: text }))
}

async function agrees(frame, expected) {
  const same = async () => JSON.stringify(await thread(frame)) === JSON.stringify(expected)
  await until(same, () => `the widget does not agree with ${JSON.stringify(expected)}`).catch(async (error) => {
    assert.deepEqual(await thread(frame), expected, error.message)
  })
  assert.deepEqual(await kept(), expected)
}

test('a train in a tunnel: what is written goes out afterwards, what was missed comes in', async () => {
  const { page, frame } = await stage.customer('u_alice')
  await write(frame, 'one')
  await page.context().setOffline(true)
  await type(frame, 'two, in the tunnel')
  await type(frame, 'three, in the tunnel')
  const agent = await stage.agent()
  await answer(agent, 'one', 'an answer meanwhile')
  await frame.locator('.notice').waitFor()
  await picture(page, 'offline')
  await page.context().setOffline(false)
  const own = (text) => ({ own: text })
  await agrees(frame, [own('one'), { team: 'an answer meanwhile' }, own('two, in the tunnel'), own('three, in the tunnel')])
  await frame.locator('.notice').waitFor({ state: 'detached' })
  for (const one of [page, agent]) await one.context().close()
})

test('kill -9: what was confirmed is there, what was not is sent again, once', async () => {
  const { page, frame } = await stage.customer('u_bob')
  const agent = await stage.agent()
  for (let number = 1; number <= 5; number += 1) await write(frame, `before ${number}`)
  await type(frame, 'while it falls')
  assert.deepEqual(await stage.stop('SIGKILL'), { code: null, by: 'SIGKILL' })
  await type(frame, 'while it is away')
  await frame.locator('.notice').waitFor()
  await stage.start()
  const before = [1, 2, 3, 4, 5].map((number) => ({ own: `before ${number}` }))
  const expected = [...before, { own: 'while it falls' }, { own: 'while it is away' }]
  await until(async () => (await thread(frame)).length === expected.length, () => 'the widget does not catch up', 45)
  await agrees(frame, expected)
  await answer(agent, 'while it is away', 'welcome back')
  await agrees(frame, [...expected, { team: 'welcome back' }])
  for (const one of [page, agent]) await one.context().close()
})
