//! The loader in Chromium, on a page with a strict policy and with the frame on another site.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SOON, frameOf, heard, say, sites } from './kit.ts'
import type { Sites } from './kit.ts'

const STUB = `window.Countersign = window.Countersign || function () { (Countersign.q = Countersign.q || []).push(arguments) };
window.events = [];
for (const name of ['ready', 'session', 'unread', 'open', 'close', 'error'])
  Countersign('on', name, (about) => events.push([name, about?.code ?? about?.trust ?? about]));`
const boot = (rest = ''): string => `${STUB}\nCountersign('boot', { widget: 'cs_pk_live_1', ${rest} });`
const button = 'countersign-widget button'

let all: Sites
let page: Page
beforeAll(async () => {
  all = await sites()
})
afterAll(() => all.close())
afterEach(() => page.close())

const events = (): Promise<unknown> => page.evaluate('events')
const until = (truth: string): Promise<void> => expect.poll(() => page.evaluate(truth)).toBe(true)

describe('on the page', () => {
  it('greets the frame, and puts nothing else on window, under a strict policy', async () => {
    page = await all.open(boot())
    const frame = await frameOf(page)
    expect(await heard(frame, 'hello')).toEqual([
      { kind: 'hello', v: 1, locale: 'en', mode: null, open: false, identity: false, visitor: null, keepVisitor: false },
    ])
    expect(new URL(frame.url()).pathname).toBe('/embed/cs_pk_live_1')
    expect(new URL(frame.url()).searchParams.get('host')).toBe(all.page)
    const names = "Object.getOwnPropertyNames(window).filter((name) => /countersign|woes/i.test(name))"
    expect(await page.evaluate(names)).toEqual(['Countersign', 'Woes'])
    expect(await page.locator(button).evaluate((it) => getComputedStyle(it).borderRadius)).toBe('50%')
    expect(all.complaints.filter((line) => !line.includes('favicon'))).toEqual([])
  })

  it('opens by key with the focus inside, and gives the focus back when the frame closes', async () => {
    page = await all.open(boot())
    const frame = await frameOf(page)
    await heard(frame, 'hello')
    await page.locator(button).waitFor()
    await page.locator(button).press('Enter')
    expect(await page.locator(button).getAttribute('aria-expanded')).toBe('true')
    expect(await heard(frame, 'open')).toEqual([{ kind: 'open', open: true }])
    const focused = 'document.querySelector("countersign-widget").shadowRoot.activeElement.localName'
    expect(await page.evaluate(focused)).toBe('iframe')
    await say(frame, { kind: 'close' })
    await heard(frame, 'open', 2)
    expect(await page.evaluate(focused)).toBe('button')
    expect(await page.locator(button).getAttribute('aria-expanded')).toBe('false')
    await page.locator(button).press('Enter')
    await page.locator(button).press('Escape')
    expect(await page.locator('countersign-widget iframe').isVisible()).toBe(false)
    expect(await events()).toEqual([['ready', null], ['open', null], ['close', null], ['open', null], ['close', null]])
  })

  it('gives the focus back to the page where there is no button', async () => {
    page = await all.open(boot('launcher: false'))
    const frame = await frameOf(page)
    await heard(frame, 'hello')
    expect(await page.locator(button).isVisible()).toBe(false)
    await page.focus('#help')
    await page.evaluate('Countersign.show()')
    await say(frame, { kind: 'close' })
    await heard(frame, 'open', 2)
    expect(await page.evaluate('document.activeElement.id')).toBe('help')
  })

  it('opened while the frame is coming, gives it the keyboard when it has come', async () => {
    for (let wait = 40; wait <= 100; wait += 10) {
      page = await all.open(`${boot()}
        const look = () => document.querySelector('countersign-widget') ? setTimeout(Countersign, ${wait}, 'show') : setTimeout(look)
        look()`)
      const frame = await frameOf(page)
      await heard(frame, 'hello')
      await until('events.some(([name]) => name === "open")')
      await frame.focus('input')
      await page.keyboard.type('Hello')
      expect(await frame.inputValue('input'), `opened after ${wait} ms`).toBe('Hello')
      await page.close()
    }
  })

  it('leaves the keyboard to a visitor who has gone on while the frame was coming', async () => {
    page = await all.open(`${STUB} Countersign('boot', { widget: 'late' }); Countersign('show')`)
    await page.focus('#help')
    await heard(await frameOf(page), 'hello')
    expect(await page.evaluate('document.activeElement.id')).toBe('help')
  })

  it('announces what is unread, in the language of the page', async () => {
    page = await all.open(boot(), { lang: 'ar' })
    const frame = await frameOf(page)
    await say(frame, { kind: 'unread', count: 3 })
    await page.locator('countersign-widget [role=status]', { hasText: 'غير مقروءة: 3' }).waitFor({ state: 'attached' })
    expect(await page.locator('countersign-widget span').textContent()).toBe('3')
    expect(await page.locator(button).getAttribute('aria-label')).toBe('محادثة, غير مقروءة: 3')
  })

  it('fills a phone', async () => {
    page = await all.open(`${boot()} Countersign('show')`, { phone: true })
    await heard(await frameOf(page), 'hello')
    expect(await page.locator('countersign-widget iframe').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 })
    expect(await page.locator(button).isVisible()).toBe(false)
  })

  it('has no fault that axe sees', async () => {
    page = await all.open(boot())
    const frame = await frameOf(page)
    await say(frame, { kind: 'unread', count: 2 })
    await page.locator(button).click()
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(axe)
    const found = await page.evaluate('axe.run("countersign-widget", { iframes: false }).then((r) => r.violations.map((v) => v.id))')
    expect(found).toEqual([])
  })
})

describe('the identity', () => {
  const answers = [
    ['a function of jkt', `identity: async ({ jkt }) => 'token for ' + jkt`, { token: 'token for thumb' }, false],
    ['fields', `identity: { userJWT: 'x', company: { id: '1' } }`, { userJWT: 'x', company: { id: '1' } }, false],
    ['nobody', `identity: () => null`, null, false],
    ['a function that fails', `identity: () => { throw new Error('down') }`, null, true],
    ['a value that is no identity', `identity: () => ({ userId: 7 })`, null, true],
  ] as const
  it.each(answers)('%s', async (_, option, value, failed) => {
    page = await all.open(boot(option))
    const frame = await frameOf(page)
    expect(await heard(frame, 'hello')).toMatchObject([{ identity: true }])
    await say(frame, { kind: 'ask', request: 4, jkt: 'thumb' })
    expect(await heard(frame, 'identity')).toEqual([{ kind: 'identity', request: 4, value, failed }])
    if (failed) expect(await events()).toContainEqual(['error', 'identity_callback_failed'])
  })

  it('may come before boot and after it, and by the name of Woes', async () => {
    page = await all.open(`${STUB} Countersign('identify', { name: 'Alice' }); ${boot(`identity: () => 'proof'`)}`)
    const frame = await frameOf(page)
    await heard(frame, 'hello')
    await say(frame, { kind: 'ask', request: 1, jkt: null })
    await page.evaluate(`Woes('identify', { jwt: 'other' })`)
    await heard(frame, 'identify')
    await say(frame, { kind: 'ask', request: 2, jkt: null })
    expect(await heard(frame, 'identity', 2)).toMatchObject([
      { request: 1, value: { token: 'proof', name: 'Alice' } },
      { request: 2, value: { token: 'proof', jwt: 'other' } },
    ])
  })
})

describe('strangers', () => {
  it('are not heard: the page itself, another frame of the same origin, or another shape', async () => {
    page = await all.open(`window.asked = 0; ${boot('identity: () => { asked++; return "secret" }')}`)
    const frame = await frameOf(page)
    await heard(frame, 'hello')
    const ask = { kind: 'ask', request: 1, jkt: null } as const
    await page.evaluate((ask) => window.postMessage(ask, '*'), ask)
    await page.evaluate((src) => {
      const other = document.createElement('iframe')
      other.id = 'other'
      other.src = src
      document.body.append(other)
    }, frame.url())
    const other = await (await page.waitForSelector('#other')).contentFrame()
    await other?.waitForFunction(() => window.heard !== undefined, null, SOON)
    await other?.evaluate((ask) => window.say(ask), ask)
    await frame.evaluate(() => window.say({ kind: 'ask', request: -1, jkt: null }))
    await say(frame, { kind: 'unread', count: 1 })
    await until('events.some(([name]) => name === "unread")')
    expect(await page.evaluate('asked')).toBe(0)
    expect(await other?.evaluate(() => window.heard)).toEqual([])
    await say(frame, ask)
    await heard(frame, 'identity')
    expect(await page.evaluate('asked')).toBe(1)
  })
})

describe('the life of a widget', () => {
  it('names the origin to allow when the frame does not answer', async () => {
    page = await all.open(STUB)
    const line = page.waitForEvent('console', (line) => line.type() === 'error')
    await page.evaluate(`Countersign('boot', { widget: 'silent' }); Countersign('show')`)
    expect((await line).text()).toContain(`add ${all.page} to the widget's allowed origins`)
    expect(await events()).toEqual([['open', null], ['close', null], ['error', 'no_answer']])
    expect(await page.locator(button).isVisible()).toBe(false)
  })

  it('ends the session before it leaves, and a new boot waits for that', async () => {
    page = await all.open(boot(`identity: () => 'alice'`))
    const first = await frameOf(page)
    await heard(first, 'hello')
    await page.evaluate(`window.left = false; Countersign.shutdown().then(() => { left = true }); Countersign.boot({ widget: 'second' }); 0`)
    await heard(first, 'shutdown')
    await say(first, { kind: 'ask', request: 9, jkt: null })
    await say(first, { kind: 'unread', count: 5 })
    expect(await page.evaluate('left')).toBe(false)
    expect(await first.evaluate(() => window.heard.map((one) => one.kind))).toEqual(['hello', 'shutdown'])
    await say(first, { kind: 'gone' }).catch(() => undefined) // the frame goes while it says so
    await until('left')
    const second = await frameOf(page)
    expect(new URL(second.url()).pathname).toBe('/embed/second')
    expect(await heard(second, 'hello')).toMatchObject([{ identity: false }])
    expect(await page.locator('countersign-widget').count()).toBe(1)
  })

  it('ends a session that was kept from before, although the frame is not ready yet', async () => {
    page = await all.open(`${boot()} Countersign('shutdown')`)
    const frame = await frameOf(page)
    await heard(frame, 'shutdown')
    expect(await frame.evaluate(() => window.heard.map((one) => one.kind))).toEqual(['shutdown'])
  })

  it('keeps an anonymous visitor only where the page allows it', async () => {
    page = await all.open(boot('keepVisitor: true'))
    const frame = await frameOf(page)
    await say(frame, { kind: 'visitor', token: 'cs_vt_1' })
    await until(`localStorage.getItem('countersign.visitor.cs_pk_live_1') === 'cs_vt_1'`)
    await page.reload()
    expect(await heard(await frameOf(page), 'hello')).toMatchObject([{ visitor: 'cs_vt_1', keepVisitor: true }])
    await page.evaluate('void Countersign.shutdown()')
    expect(await page.evaluate('localStorage.length')).toBe(0)
  })

  it('keeps nobody where it does not', async () => {
    page = await all.open(boot())
    const frame = await frameOf(page)
    await say(frame, { kind: 'visitor', token: 'cs_vt_1' })
    await say(frame, { kind: 'unread', count: 1 })
    await until('events.some(([name]) => name === "unread")')
    expect(await page.evaluate('localStorage.length')).toBe(0)
  })
})
