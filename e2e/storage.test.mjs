// What the browser keeps: a session in a partition of its own, or nothing at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWidget, Stage, thread, until, write } from './stage.mjs'

/** The ways in which the widget has asked for a session on this page. */
function listen(page) {
  const calls = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (request.method() === 'POST' && /^\/widget\/v1\/sessions/.test(pathname)) calls.push(pathname.split('/').slice(3).join('/'))
  })
  return calls
}

async function sessionsOf(stage, name) {
  const { items } = await stage.backEnd('GET', `/contacts?query=${name}`)
  if (!items.length) return []
  return (await stage.backEnd('GET', `/sessions?contact=${items[0].id}`)).items
}

test('with storage as usual, a reload and a second tab go on with the same session', async (t) => {
  const stage = await Stage.open()
  t.after(() => stage.close())
  const { page, frame } = await stage.customer('u_alice')
  await write(frame, 'One.')
  assert.equal((await sessionsOf(stage, 'Alice')).length, 1)
  const calls = listen(page)
  await page.reload()
  await (await openWidget(page)).locator('.bubble.own', { hasText: 'One.' }).waitFor()
  assert.ok(calls.length && calls.every((call) => call === 'sessions/refresh'), calls.join())
  const second = await page.context().newPage()
  await second.goto(stage.site)
  const there = await openWidget(second)
  await write(there, 'Two.')
  assert.equal((await sessionsOf(stage, 'Alice')).length, 1)

  const kept = await there.evaluate(async () => {
    const found = []
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((resolve) => { const asked = indexedDB.open(name); asked.onsuccess = () => resolve(asked.result) })
      for (const store of db.objectStoreNames) {
        const all = await new Promise((resolve) => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => resolve(asked.result) })
        for (const one of all) found.push({ extractable: one.pair.privateKey.extractable, names: Object.keys(one).sort() })
      }
      db.close()
    }
    return { found, cookies: document.cookie, local: localStorage.length, session: sessionStorage.length }
  })
  assert.equal(kept.found.length, 1)
  assert.equal(kept.found[0].extractable, false, 'the key cannot leave the browser')
  assert.ok(!kept.found[0].names.some((name) => /access/i.test(name)), 'no access token is kept')
  assert.deepEqual([kept.cookies, kept.local, kept.session], ['', 0, 0])
  await page.context().close()
})

test('signing out ends the session everywhere and leaves nothing in the browser', async (t) => {
  const stage = await Stage.open()
  t.after(() => stage.close())
  const { page, frame } = await stage.customer('u_alice')
  await write(frame, 'Before I go.')
  const [session] = await sessionsOf(stage, 'Alice')
  await page.click('#sign-out')
  await page.waitForSelector('#welcome:not([hidden])')
  const left = await sessionsOf(stage, 'Alice')
  assert.ok(!left.some(({ id }) => id === session.id), 'the server has ended it')
  const anonymous = await openWidget(page)
  assert.deepEqual(await thread(anonymous), [])
  assert.ok(!(await anonymous.content()).includes('Before I go.'))
  await page.click('[data-who=u_bob]')
  await page.waitForSelector('#product:not([hidden])')
  assert.deepEqual(await thread(await openWidget(page)), [], 'Bob at the same computer sees nothing of Alice’s')
  await page.context().close()
})

test('with third-party storage blocked, everything works but the memory of a reload', async (t) => {
  const stage = await Stage.open({ storage: 'blocked' })
  t.after(() => stage.close())
  const { page, frame } = await stage.customer('u_alice')
  const blocked = await frame.evaluate(() => new Promise((resolve) => {
    const asked = indexedDB.open('x')
    asked.onsuccess = () => resolve(false)
    asked.onerror = () => resolve(true)
  }))
  assert.ok(blocked, 'the browser refuses storage to the frame')
  await write(frame, 'Nothing is kept here.')
  const calls = listen(page)
  await page.reload()
  await (await openWidget(page)).locator('.bubble.own', { hasText: 'Nothing is kept here.' }).waitFor()
  assert.ok(calls.includes('sessions'), 'the page is asked again who is signed in')
  const [{ trust, bound }] = await sessionsOf(stage, 'Alice')
  assert.deepEqual([trust, bound], ['jwt', true])
  await page.click('#sign-out')
  await page.waitForSelector('#welcome:not([hidden])')
  await until(async () => !(await openWidget(page).then((there) => there.content())).includes('Nothing is kept'), () => 'it is still shown')
  await page.context().close()
})
