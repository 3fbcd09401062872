//! The bell, the inbox and the hook in Chromium, in strict mode, under the page's strict policy.
import { build } from 'esbuild'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { heard, sites, SOON } from '../../loader/test/kit.ts'
import type { Sites } from '../../loader/test/kit.ts'

let all: Sites
let script = ''
let page: Page
beforeAll(async () => {
  all = await sites()
  const built = await build({
    entryPoints: [join(import.meta.dirname, 'inbox-app.tsx')],
    bundle: true, write: false, jsx: 'automatic', format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  script = `document.documentElement.dataset.widget = ${JSON.stringify(all.widget)}\n${built.outputFiles[0]?.text}`
})
afterAll(() => all.close())
beforeEach(async () => {
  page = await all.open('', { module: script })
})
afterEach(() => page.close())

const item = { id: 'ntf_1', type: 'comment', sub: null, title: '<b>Bob</b> wrote', text: 'Bob wrote', url: '/posts/1', parameters: {}, at: '2026-11-21T10:00:00.000Z', seen_at: null, clicked_at: null }
const feed = { kind: 'feed', items: [item], unread: 3, more: true }
const say = (frame: Frame, message: object) => frame.evaluate((message) => window.say(message), message)
const kinds = (frame: Frame) => frame.evaluate(() => window.heard.map((one: { kind: string }) => one.kind))

/** The one frame of the inbox, once it has been greeted. */
async function inbox(): Promise<Frame> {
  const element = await page.waitForSelector('iframe', { state: 'attached' })
  const frame = await element.contentFrame()
  if (!frame) throw new Error('an iframe has a frame')
  await frame.waitForFunction(() => window.heard?.some(({ kind }) => kind === 'hello'), null, SOON)
  expect(new URL(frame.url()).searchParams.get('view')).toBe('inbox')
  return frame
}

it('rings: the bell counts, opens by key over the page, and gives the keyboard back', async () => {
  const frame = await inbox()
  expect(await heard(frame, 'hello')).toMatchObject([{ open: false, identity: true }])
  await say(frame, feed)
  const bell = page.getByRole('button', { name: 'Notifications, 3' })
  await bell.press('Enter')
  expect(await heard(frame, 'open')).toMatchObject([{ open: false }, { open: true }].slice(-1))
  expect(await page.getByRole('dialog').isVisible()).toBe(true)
  await bell.press('Escape')
  expect(await page.getByRole('dialog').isVisible()).toBe(false)
  expect(await page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.getAttribute("aria-label")')).toBe('Notifications, 3')
  await bell.click()
  await page.locator('h1').click()
  expect(await bell.getAttribute('aria-expanded')).toBe('false')
  expect(all.complaints.filter((line) => !line.includes('favicon'))).toEqual([])
})

it('asks the page who its visitor is, and lets its router follow a link', async () => {
  await page.evaluate(() => window.showOnly('inbox'))
  await page.locator('.inbox iframe').waitFor()
  const frame = await inbox()
  expect(await heard(frame, 'hello')).toMatchObject([{ open: true }])
  await say(frame, { kind: 'ask', request: 1, jkt: null })
  expect(await heard(frame, 'identity')).toMatchObject([{ request: 1, value: { token: 'token of alice' } }])
  await say(frame, { kind: 'follow', item })
  await expect.poll(() => page.evaluate('followed')).toEqual(['/posts/1'])
})

it('gives the data alone to who draws it', async () => {
  await page.evaluate(() => window.showOnly('own'))
  await page.locator('#own').waitFor()
  const frame = await inbox()
  await page.getByText('ready false, unread 0, more false').waitFor()
  await say(frame, feed)
  await page.getByText('ready true, unread 3, more true').waitFor()
  for (const name of ['Bob wrote', 'all', 'more']) await page.getByRole('button', { name }).click()
  await expect.poll(() => kinds(frame)).toEqual(expect.arrayContaining(['archive', 'see', 'more']))
  expect(await frame.evaluate(() => window.heard.find((one) => (one as { kind: string }).kind === 'see'))).toEqual({ kind: 'see', ids: null })
})

it('hears nothing that is no feed, and nothing from the page itself', async () => {
  await page.evaluate(() => window.showOnly('own'))
  await page.locator('#own').waitFor()
  const frame = await inbox()
  await say(frame, { ...feed, items: [{ ...item, title: 7 }] })
  await page.evaluate((feed) => window.postMessage(feed, '*'), feed)
  await say(frame, { ...feed, unread: 1 })
  await page.getByText('ready true, unread 1, more true').waitFor()
})

it('begins anew for another user', async () => {
  const first = await inbox()
  await page.evaluate(() => window.become('bob'))
  await expect.poll(() => page.frames().includes(first)).toBe(false)
  const frame = await inbox()
  await say(frame, { kind: 'ask', request: 1, jkt: null })
  expect(await heard(frame, 'identity')).toMatchObject([{ value: { token: 'token of bob' } }])
})

it('turns notifications of the browser on and off', async () => {
  const subscription = { endpoint: 'https://push.example/1', keys: { p256dh: 'BA', auth: 'AA' } }
  await page.evaluate((subscription) => {
    const made = { toJSON: () => subscription, unsubscribe: async () => true }
    const pushManager = { getSubscription: async () => null, subscribe: async () => made }
    navigator.serviceWorker.register = async () => ({ active: {}, pushManager }) as unknown as ServiceWorkerRegistration
    Notification.requestPermission = async () => 'granted'
    Object.defineProperty(Notification, 'permission', { get: () => 'granted' })
    window.showOnly('switch')
  }, subscription)
  await page.getByText('push null').waitFor()
  const frame = await inbox()
  await say(frame, feed)
  await page.getByText('push off').waitFor()
  await page.getByRole('button', { name: 'on' }).click()
  await expect.poll(() => kinds(frame)).toContain('want-push-key')
  await say(frame, { kind: 'push-key', key: 'BA' })
  await expect.poll(() => kinds(frame)).toContain('subscribe')
  expect(await frame.evaluate(() => window.heard.find((one) => (one as { kind: string }).kind === 'subscribe'))).toEqual({ kind: 'subscribe', subscription })
  await page.getByText('push off').waitFor()
  await say(frame, { kind: 'subscribed', on: true })
  await page.getByText('push on').waitFor()
  await page.getByRole('button', { name: 'off' }).click()
  await expect.poll(() => kinds(frame)).toContain('unsubscribe')
  await say(frame, { kind: 'subscribed', on: false })
  await page.getByText('push off').waitFor()
})
