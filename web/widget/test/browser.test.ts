import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canRun, Stage, texts, until, type Visit } from './stage.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, of whatever weight. */
async function flaws(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe)
  return frame.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const { run } = (window as unknown as { axe: { run(root: Document): Promise<Found> } }).axe
    return (await run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  })
}

type Listed = { items: { id: string; contact: { id: string }; trust?: string }[] }
const conversationOf = async (stage: Stage, contact: string) =>
  (await stage.api<Listed>('GET', `/conversations?contact=${contact}`)).items[0]!.id
const contactOf = (visit: Visit) => (visit.last('session') as { contact: string }).contact
const reply = (stage: Stage, id: string, text: string) =>
  stage.api('POST', `/conversations/${id}/messages`, { client_id: `r-${Math.random()}`, text })

describe.skipIf(!canRun)('the widget in Chromium, with the real server', () => {
  let stage: Stage
  beforeAll(async () => { stage = await Stage.open() })
  afterAll(async () => { await stage?.close() })

  test('who is proven writes, is answered at once, and finds it all on the next page', async () => {
    const alice = await stage.visit({ who: 'alice', more: { name: 'Alice Chesterton' } })
    const frame = await alice.frame()
    expect(await frame.textContent('.as')).toContain('Alice Chesterton')
    await alice.write(frame, 'My invoice is wrong.')
    const id = await conversationOf(stage, contactOf(alice))
    await reply(stage, id, 'We are looking at it.')
    await frame.waitForSelector('.bubble:not(.own) >> text=We are looking at it.')
    expect(alice.last('session')).toMatchObject({ trust: 'jwt' })
    await alice.reload()
    const again = await alice.frame()
    await again.waitForSelector('.bubble')
    expect(await texts(again)).toEqual(['My invoice is wrong.', 'We are looking at it.'])
    expect(new Set(alice.asked).size).toBe(1)
    expect(alice.complaints.filter((line) => !line.includes('401'))).toEqual([])
    await alice.page.context().close()
  })

  test('no secret is in an address, in the page’s storage or told to the page', async () => {
    const alice = await stage.visit({ who: 'alice' })
    const addresses: string[] = []
    alice.page.on('request', (request) => addresses.push(request.url()))
    const frame = await alice.frame()
    await alice.write(frame, 'quietly')
    const stored = await alice.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
    const said = JSON.stringify([alice.heard, addresses, stored, alice.complaints])
    expect(said).not.toMatch(/cs_rt_|cs_vt_|cs_tkt_|eyJ/)
    const extractable = await frame.evaluate(() => new Promise((resolve) => {
      const open = indexedDB.open('countersign')
      open.onsuccess = () => {
        const all = open.result.transaction('kept').objectStore('kept').getAll()
        all.onsuccess = () => resolve(all.result.map((kept: { pair: CryptoKeyPair }) => kept.pair.privateKey.extractable))
      }
    }))
    expect(extractable).toEqual([false])
    await alice.page.context().close()
  })

  test('Bob in Alice’s browser sees nothing of hers, and her session is over', async () => {
    const visit = await stage.visit({ who: 'alice-2' })
    let access: Record<string, string> = {}
    visit.page.on('request', (request) => { if (request.headers().authorization) access = request.headers() })
    await visit.write(await visit.frame(), 'only mine')
    const hers = access.authorization!
    visit.who = 'bob-2'
    await visit.reload()
    const frame = await visit.frame()
    await frame.waitForSelector('.welcome')
    expect(await frame.content()).not.toContain('only mine')
    expect(new Set(visit.asked).size).toBe(2)
    const answer = await fetch(`${stage.widget}/widget/v1/me`, { headers: { authorization: hers } })
    expect(answer.status).toBe(401)
    await visit.page.context().close()
  })

  test('a refused proof shows nothing but the number that the administrator can look up', async () => {
    const visit = await stage.visit({ who: 'alice' })
    await visit.write(await visit.frame(), 'before the forgery')
    const [header, , signature] = stage.token('alice', null).split('.')
    visit.who = [header, Buffer.from('{"sub":"bob"}').toString('base64url'), signature].join('.')
    await visit.page.evaluate(() => window.Countersign('identify', ({ jkt }: { jkt: string | null }) => window.prove(jkt)))
    const frame = await visit.frame()
    await frame.waitForSelector('.sorry code')
    expect(await frame.locator('.bubble').count()).toBe(0)
    const reference = await frame.textContent('.sorry code')
    const error = visit.last('error') as { code: string; reference: string }
    expect(error).toMatchObject({ code: 'identity_refused', reference })
    const { items } = await stage.api<{ items: { reference: string }[] }>('GET', `/refusals?reference=${reference}`)
    expect(items.map((one) => one.reference)).toEqual([reference])
    await visit.page.context().close()
  })

  test('an anonymous conversation follows its visitor who signs in, and stays away from the next', async () => {
    const visit = await stage.visit()
    await visit.write(await visit.frame(), 'a question before signing in')
    expect(visit.last('session')).toMatchObject({ trust: 'anonymous' })
    visit.who = 'carol'
    await visit.page.evaluate(() => window.Countersign('identify', ({ jkt }: { jkt: string | null }) => window.prove(jkt)))
    await until(() => (visit.last('session') as { trust: string }).trust === 'jwt')
    const frame = await visit.frame()
    await frame.waitForSelector('.bubble >> text=a question before signing in')
    await visit.page.evaluate(() => window.Countersign('shutdown'))
    await until(() => visit.page.$('countersign-widget').then((element) => !element))
    visit.who = null
    await visit.reload()
    const next = await visit.frame()
    await next.waitForSelector('.welcome')
    expect(await next.locator('.bubble').count()).toBe(0)
    await visit.page.context().close()
  })

  test('two tabs share one key and one session, and one’s sign-out is the other’s', async () => {
    const one = await stage.visit({ who: 'dora' })
    await one.write(await one.frame(), 'in the first tab')
    const page = await one.page.context().newPage()
    const { Visit } = await import('./stage.ts')
    const two = new Visit(stage, page, 'dora', {}, {})
    await two.open()
    const frame = await two.frame()
    await frame.waitForSelector('.bubble >> text=in the first tab')
    await two.write(frame, 'in the second tab')
    await (await one.frame()).waitForSelector('.bubble >> text=in the second tab')
    expect(two.asked[0]).toBe(one.asked[0])
    one.who = 'failing'
    await two.page.evaluate(() => window.Countersign('shutdown'))
    await until(() => one.asked.length > 1)
    expect(one.asked[1]).not.toBe(one.asked[0])
    await one.page.context().close()
  })

  test('a server that goes away loses and doubles nothing, in either direction', async () => {
    const visit = await stage.visit({ who: 'erin' })
    const frame = await visit.frame()
    await visit.write(frame, 'first')
    const id = await conversationOf(stage, contactOf(visit))
    await stage.stop()
    for (const text of ['second', 'third']) {
      await frame.fill('textarea', text)
      await frame.press('textarea', 'Enter')
    }
    await frame.waitForSelector('.notice')
    await frame.waitForSelector('.failed')
    await stage.start()
    await reply(stage, id, 'while you were away')
    await until(async () => (await texts(frame)).length === 4, 40_000)
    expect((await texts(frame)).filter((text) => text !== 'while you were away')).toEqual(['first', 'second', 'third'])
    await until(async () => (await frame.locator('.notice').count()) === 0)
    await visit.page.context().close()
  })

  test('old messages come as they are scrolled to, and what is read stays in its place', async () => {
    const visit = await stage.visit({ who: 'frank' })
    let frame = await visit.frame()
    await visit.write(frame, 'number 0')
    const id = await conversationOf(stage, contactOf(visit))
    for (let at = 1; at <= 120; at++) await reply(stage, id, `number ${at}`)
    await visit.reload()
    frame = await visit.frame()
    await frame.waitForSelector('.bubble >> text="number 120"')
    expect((await texts(frame)).length).toBe(50)
    const list = frame.locator('.log')
    const offset = () => frame.locator('.bubble >> text="number 71"').evaluate((element) => element.getBoundingClientRect().top)
    await list.evaluate((element) => { element.scrollTop = 10 })
    const before = await offset()
    await until(async () => (await texts(frame)).length === 100)
    expect(Math.abs((await offset()) - before)).toBeLessThan(3)
    await reply(stage, id, 'news')
    await frame.waitForSelector('.pill')
    expect(visit.last('unread')).toBe(1)
    await frame.click('.pill')
    await until(() => visit.last('unread') === 0)
    await list.evaluate((element) => { element.scrollTop = 0 })
    await until(async () => (await texts(frame)).length === 122)
    expect(await texts(frame)).toEqual([...Array.from({ length: 121 }, (_, at) => `number ${at}`), 'news'])
    await visit.page.context().close()
  })

  test('a message is text and nothing else, and Trusted Types have nothing to refuse', async () => {
    const visit = await stage.visit({ who: 'grace' })
    const frame = await visit.frame()
    await visit.write(frame, '<img src=x onerror="parent.postMessage(1)"><b>bold</b>')
    await visit.write(frame, 'javascript:alert(1) and https://safe.example/a?b=1.')
    expect(await frame.locator('.bubble img, .bubble b').count()).toBe(0)
    const link = frame.locator('.bubble a')
    expect(await link.getAttribute('href')).toBe('https://safe.example/a?b=1')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(visit.complaints.filter((line) => /security policy|trusted/i.test(line))).toEqual([])
    await visit.page.context().close()
  })

  test('it is used by keyboard alone', async () => {
    const visit = await stage.visit({ who: 'heidi' })
    const frame = await visit.frame()
    await frame.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
    await visit.page.keyboard.type('one line')
    await visit.page.keyboard.press('Shift+Enter')
    await visit.page.keyboard.type('and another')
    await visit.page.keyboard.press('Enter')
    await frame.waitForSelector('.bubble.own:not(.waiting)')
    expect(await texts(frame)).toEqual(['one line\nand another'])
    await visit.page.keyboard.press('Escape')
    await until(() => visit.heard.some(({ name }) => name === 'close'))
    await visit.page.context().close()
  })

  test('a closed conversation says so and offers the next; a long message says how much is too much', async () => {
    const visit = await stage.visit({ who: 'ivan' })
    const frame = await visit.frame()
    await frame.fill('textarea', 'x'.repeat(10_001))
    expect(await frame.textContent('.left')).toBe('1 character too many')
    expect(await frame.isDisabled('.send')).toBe(true)
    await visit.write(frame, 'short')
    await stage.api('PATCH', `/conversations/${await conversationOf(stage, contactOf(visit))}`, { state: 'closed' })
    await frame.click('.closed button')
    await visit.write(frame, 'the next one')
    expect(await texts(frame)).toEqual(['the next one'])
    await frame.click('.bar .icon >> nth=0')
    expect(await frame.locator('.list li').count()).toBe(2)
    expect(await flaws(frame)).toEqual([])
    await visit.page.context().close()
  })

  test.each([['light', 'en'], ['dark', 'en'], ['light', 'ar'], ['dark', 'es']] as const)('axe finds nothing: %s, %s', async (colorScheme, locale) => {
    const visit = await stage.visit({ who: `judy-${colorScheme}-${locale}`, boot: { locale }, context: { colorScheme } })
    const frame = await visit.frame()
    expect(await frame.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([locale, locale === 'ar' ? 'rtl' : 'ltr'])
    expect(await flaws(frame), 'welcome').toEqual([])
    await visit.write(frame, 'Look at https://example.com/ please')
    const id = await conversationOf(stage, contactOf(visit))
    await reply(stage, id, 'See https://example.com/answer')
    await frame.waitForSelector('.bubble:not(.own)')
    expect(await flaws(frame), 'thread').toEqual([])
    visit.who = 'a.b.c'
    await visit.reload()
    const refused = await visit.frame()
    await refused.waitForSelector('.sorry')
    expect(await flaws(refused), 'refused').toEqual([])
    await visit.page.context().close()
  })

  test('no page but the one that is named is talked to', async () => {
    const context = await stage.browser.newContext()
    const page = await context.newPage()
    await page.goto(stage.site)
    const { public_key } = stage.made.widget
    for (const host of ['*', 'https://evil.example', `${stage.site}/`, 'null', '']) {
      const heard = await page.evaluate(({ widget, public_key, host }) => new Promise((resolve) => {
        const heard: unknown[] = []
        addEventListener('message', (event) => heard.push(event.data))
        const frame = document.body.appendChild(document.createElement('iframe'))
        frame.src = `${widget}/embed/${public_key}?host=${encodeURIComponent(host)}`
        frame.onload = () => setTimeout(() => resolve(heard), 400)
      }), { widget: stage.widget, public_key, host })
      expect(heard, host).toEqual([])
    }
    await context.close()
  })
})

describe.skipIf(!canRun)('where third-party storage is blocked', () => {
  let stage: Stage
  beforeAll(async () => { stage = await Stage.open({ storage: 'blocked' }) })
  afterAll(async () => { await stage?.close() })

  test('who is proven is asked again on each page, and keeps everything', async () => {
    const visit = await stage.visit({ who: 'alice' })
    const frame = await visit.frame()
    expect(await frame.evaluate(() => new Promise((done) => {
      try {
        const request = indexedDB.open('probe')
        request.onsuccess = () => done('opens')
        request.onerror = () => done('blocked')
      } catch {
        done('blocked')
      }
    }))).toBe('blocked')
    await visit.write(frame, 'without storage')
    await visit.reload()
    await (await visit.frame()).waitForSelector('.bubble >> text=without storage')
    expect(new Set(visit.asked).size).toBe(2)
    await visit.page.context().close()
  })

  test('an anonymous visitor is found again only where the page keeps the token', async () => {
    for (const keepVisitor of [true, false]) {
      const visit = await stage.visit({ boot: { keepVisitor } })
      await visit.write(await visit.frame(), 'do you know me?')
      const before = contactOf(visit)
      await visit.reload()
      const frame = await visit.frame()
      await frame.waitForSelector(keepVisitor ? '.bubble' : '.welcome')
      expect(contactOf(visit) === before).toBe(keepVisitor)
      await visit.page.context().close()
    }
  })
})

describe.skipIf(!canRun)('a widget for people who are signed in', () => {
  let stage: Stage
  beforeAll(async () => { stage = await Stage.open({ flags: ['--forbid-bearer'] }) })
  afterAll(async () => { await stage?.close() })

  test('says so to everybody else, and asks the server for nothing', async () => {
    const visit = await stage.visit()
    const calls: string[] = []
    visit.page.on('request', (request) => { if (request.url().includes('/widget/v1/')) calls.push(request.url()) })
    const frame = await visit.frame()
    await frame.waitForSelector('.sorry >> text=Sign in')
    expect(await flaws(frame)).toEqual([])
    expect(visit.last('error')).toMatchObject({ code: 'identity_required', reference: null })
    expect(calls.filter((url) => url.includes('sessions'))).toEqual([])
    await visit.page.context().close()
  })
})
