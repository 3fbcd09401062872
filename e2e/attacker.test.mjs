// Alice as Bob is refused, whatever she does to her page, and the administrator learns why.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { flaws, freePort, picture, Stage, thread, write } from './stage.mjs'

const SECRET = 'A secret of Bob’s: the printer is not insured.'
let stage
let bobsConversation

before(async () => {
  stage = await Stage.open()
  const { page, frame } = await stage.customer('u_bob')
  await write(frame, SECRET)
  const { items } = await stage.backEnd('GET', '/conversations')
  bobsConversation = items.find((one) => one.preview.text === SECRET).id
  await page.context().close()
})
after(async () => { await stage?.close() })

/** Nothing of Bob's stands in any frame of the page. */
async function showsNothingOfBobs(page) {
  for (const frame of page.frames()) assert.ok(!(await frame.content()).includes('insured'), frame.url())
}

/** What the administrator reads under a reference. */
async function reason(agent, reference) {
  await agent.goto(`${stage.dashboard}refusals?reference=${reference}`)
  const refusal = agent.locator('main li, main article').filter({ hasText: reference }).first()
  await refusal.waitFor()
  return refusal.innerText()
}

test('every attack of the panel is held off, and its number leads to the exact reason', async () => {
  const expected = [
    ['Refused', /No proof was sent/],
    ['Refused', /signature fits no secret/],
    ['Refused', /signature fits no secret/],
    ['Refused', /not signed/],
    ['Refused', /expired/],
    ['Refused', /another (browser’s )?key/],
    ['Refused', null],
    ['Still Alice', null],
  ]
  const { page } = await stage.customer('u_alice')
  await page.evaluate(() => window.Countersign('hide'))
  await page.click('#all')
  await page.waitForFunction((many) => document.querySelectorAll('output .chip').length === many, expected.length)
  const outputs = page.locator('#attacks output')
  assert.equal(await page.locator('.chip.broken').count(), 0)
  await page.locator('.attacker').scrollIntoViewIfNeeded()
  await picture(page, 'attacker')
  const agent = await stage.agent()
  const references = new Set()
  for (const [place, [verdict, why]] of expected.entries()) {
    const output = outputs.nth(place)
    assert.ok((await output.innerText()).includes(verdict), await output.innerText())
    if (!why) continue
    const reference = await output.locator('a').innerText()
    assert.match(await output.innerText(), /401 identity_refused/)
    assert.equal(await output.locator('a').getAttribute('href'), `${stage.dashboard}refusals?reference=${reference}`)
    assert.match(await reason(agent, reference), why)
    references.add(reference)
  }
  assert.equal(references.size, 6, 'each has a number of its own')
  await agent.goto(`${stage.dashboard}refusals`)
  await agent.getByText([...references][0]).waitFor()
  await picture(agent, 'refusals')
  for (const one of [page, agent]) await one.context().close()
})

test('the console cannot make the widget somebody else', async () => {
  const bob = await stage.customer('u_bob')
  const token = await bob.page.evaluate(async (key) => (await fetch(`/api/countersign-token?jkt=${key}`)).text(), 'A'.repeat(43))
  const [header, claims] = token.split('.')
  const attempts = {
    'a name without a proof': { id: 'u_bob', email: 'bob@initech.example', name: 'Bob Tanaka' },
    'a blank token': { token: '' },
    'a token that was swapped': { token },
    'a token that was tampered with': { token: `${header}.${claims}.${'A'.repeat(43)}` },
  }
  const agent = await stage.agent()
  for (const [name, identity] of Object.entries(attempts)) {
    for (const way of ['identify', 'boot']) {
      const { page } = await stage.customer('u_alice')
      await (way === 'identify' ? identifyAs : bootAs)(page, identity)
      const frame = await (await page.waitForSelector('countersign-widget iframe')).contentFrame()
      const reference = await frame.locator('.sorry code').innerText()
      assert.match(reference, /^req_/, `${way} with ${name}`)
      assert.deepEqual(await thread(frame), [])
      await showsNothingOfBobs(page)
      await reason(agent, reference)
      if (way === 'boot') await picture(page, 'refused')
      await page.context().close()
    }
  }
  for (const one of [bob.page, agent]) await one.context().close()
})

const identifyAs = (page, identity) => page.evaluate((given) => window.Countersign('identify', async () => given), identity)

const bootAs = (page, identity) => page.evaluate(async (given) => {
  const { public_key: widget } = await (await fetch('/api/me')).json()
  await window.Countersign.shutdown()
  window.Countersign('boot', { widget, identity: async () => given })
  window.Countersign('show')
}, identity)

test('her own valid session opens nothing of Bob’s', async () => {
  const { page } = await stage.customer('u_alice')
  const answers = await page.evaluate(async (id) => {
    const { newKey, open, send } = await import('/session.js')
    const me = await (await fetch('/api/me')).json()
    const key = await newKey()
    const token = await (await fetch(`/api/countersign-token?jkt=${key.jkt}`)).text()
    const { said: session } = await open(me.widget, key, { widget: me.public_key, identity: { token } })
    const access = session.access_token
    const at = `${me.widget}/widget/v1/conversations`
    const calls = [
      ['GET', `${at}/${id}`], ['GET', `${at}/${id}/messages`],
      ['POST', `${at}/${id}/messages`, { client_id: 'x', text: 'hello' }],
      ['PUT', `${at}/${id}/seen`, { seq: 1 }], ['POST', `${at}/${id}/typing`, {}],
    ]
    const answers = []
    for (const [method, url, body] of calls) {
      const { status, said } = await send(method, url, key, { body, access })
      answers.push([method, status, said?.code])
    }
    const { said: mine } = await send('GET', at, key, { access })
    return { answers, mine: JSON.stringify(mine) }
  }, bobsConversation)
  assert.deepEqual(answers.answers, ['GET', 'GET', 'POST', 'PUT', 'POST'].map((method) => [method, 404, 'not_found']))
  assert.ok(!answers.mine.includes(bobsConversation))
  await page.context().close()
})

test('a page that nobody allowed gets no frame and no session', async () => {
  const port = await freePort()
  const elsewhere = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title><p>Elsewhere'))
  await new Promise((listening) => elsewhere.listen(port, '127.0.0.1', listening))
  const page = await stage.person()
  await page.goto(`http://127.0.0.1:${port}/`)
  const { widget } = stage.made
  const heard = page.evaluate(async ([origin, key]) => {
    window.Countersign = function () { (window.Countersign.q ??= []).push(arguments) }
    const errors = new Promise((resolve) => window.Countersign('on', 'error', resolve))
    window.Countersign('boot', { widget: key })
    const script = document.createElement('script')
    script.src = `${origin}/sdk/countersign.js`
    document.head.append(script)
    return errors
  }, [stage.widget, widget.public_key])
  const { code, words } = await heard
  assert.equal(code, 'no_answer')
  assert.ok(words.includes(`http://127.0.0.1:${port}`), 'it names the origin to allow')
  const refused = await page.evaluate(async ([origin, key]) => {
    const answer = await fetch(`${origin}/widget/v1/sessions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ widget: key }),
    }).catch(() => null)
    return answer && answer.status
  }, [stage.widget, widget.public_key])
  assert.equal(refused, null, 'the answer is kept from the page')
  elsewhere.close()
  await page.context().close()
})

test('the dashboard is not on the widget’s origin, and no page may frame it', async () => {
  const at = (host, path) => fetch(`http://127.0.0.1:${stage.port}${path}`, { headers: { host: `${host}:${stage.port}` } })
  for (const path of ['/dashboard/', '/dashboard/v1/me', '/docs']) assert.equal((await at('widget.localhost', path)).status, 404, path)
  const page = await stage.person()
  await page.goto(stage.dashboard)
  const policy = await page.evaluate(async () => (await fetch(location.href)).headers.get('content-security-policy'))
  assert.match(policy, /frame-ancestors 'none'/)
  await page.context().close()
})

test('the identity page has counted every attempt, and explains a proof that is pasted', async () => {
  const { page } = await stage.customer('u_alice')
  const token = await page.evaluate(async () => (await fetch('/api/countersign-token?jkt=')).text())
  const agent = await stage.agent()
  const { items: [widget] } = await stage.backEnd('GET', '/widgets')
  await agent.goto(`${stage.dashboard}widgets/${widget.id}/identity`)
  const coverage = agent.getByRole('region', { name: 'Who brings a proof' })
  await coverage.getByText(/^Enforced: \d+ of \d+ attempts/).waitFor()
  await coverage.getByText('The token has expired').waitFor()
  const explain = agent.getByRole('region', { name: 'Explain a proof' })
  const tried = [[token, 'This proof holds'], [token.slice(0, -4) + 'AAAA', 'This proof does not hold']]
  for (const [proof, verdict] of tried) {
    await explain.getByLabel('Token, or the identity object as JSON').fill(proof)
    await explain.getByRole('button', { name: 'Explain' }).click()
    await explain.getByRole('heading', { name: verdict }).waitFor()
  }
  await explain.getByText('How to mend it.').first().waitFor()
  assert.deepEqual(await flaws(agent.mainFrame()), [])
  await picture(agent, 'identity')
  const inUse = agent.locator('.secret-row', { hasText: 'In use' })
  assert.match(await inUse.innerText(), /100%\s+of proofs/)
  await agent.getByRole('button', { name: 'Create a secret' }).click()
  await agent.getByRole('dialog').getByRole('button', { name: 'Create a secret' }).click()
  await agent.getByLabel('I have stored it').check()
  await agent.getByRole('button', { name: 'Done' }).click()
  await agent.locator('.secret-row', { hasText: 'Next' }).waitFor()
  await inUse.getByRole('button', { name: /Retire/ }).click()
  await agent.getByRole('alertdialog').getByRole('button', { name: 'Set the date' }).click()
  await agent.locator('.secret-row', { hasText: 'Retires' }).waitFor()
  assert.ok((await agent.getByRole('radio').count()) > 50, 'every format can be chosen')
  for (const one of [page, agent]) await one.context().close()
})
