//! The component in Chromium, in strict mode, under the page's strict policy.
import { build } from 'esbuild'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { frameOf, heard, say, sites } from '../../loader/test/kit.ts'
import type { Sites } from '../../loader/test/kit.ts'

let all: Sites
let script = ''
let page: Page
let frame: Frame
beforeAll(async () => {
  all = await sites()
  const built = await build({
    entryPoints: [join(import.meta.dirname, 'app.tsx')],
    bundle: true,
    write: false,
    jsx: 'automatic',
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  script = `document.documentElement.dataset.widget = ${JSON.stringify(all.widget)}\n${built.outputFiles[0]?.text}`
})
afterAll(() => all.close())
beforeEach(async () => {
  page = await all.open('', { module: script })
  frame = await frameOf(page)
  await heard(frame, 'hello')
})
afterEach(() => page.close())

it('mounts one widget, and the hook sees and moves it', async () => {
  expect(await page.locator('countersign-widget').count()).toBe(1)
  await say(frame, { kind: 'session', trust: 'jwt', contact: 'con_1' })
  await say(frame, { kind: 'unread', count: 2 })
  await page.locator('#open', { hasText: 'unread 2, open false, trust jwt' }).click()
  await page.locator('#open', { hasText: 'open true' }).waitFor()
  expect(await heard(frame, 'open')).toEqual([{ kind: 'open', open: true }])
  expect(all.complaints.filter((line) => !line.includes('favicon'))).toEqual([])
})

it('asks the newest identity, and says so when another user signs in', async () => {
  await say(frame, { kind: 'ask', request: 1, jkt: null })
  await heard(frame, 'identity')
  await page.evaluate(() => window.become('bob'))
  await heard(frame, 'identify')
  await say(frame, { kind: 'ask', request: 2, jkt: null })
  expect(await heard(frame, 'identity', 2)).toMatchObject([
    { value: { token: 'token of alice' } },
    { value: { token: 'token of bob' } },
  ])
})

it('destroys the session when the user signs out, and comes back without an identity', async () => {
  await page.evaluate(() => window.become(null))
  await heard(frame, 'shutdown')
  await say(frame, { kind: 'gone' }).catch(() => undefined) // the frame goes while it says so
  await expect.poll(() => page.frames().includes(frame)).toBe(false)
  expect(await heard(await frameOf(page), 'hello')).toMatchObject([{ identity: false }])
})

it('leaves the page without ending the session', async () => {
  const kinds = frame.evaluate(() => window.heard.map((one) => one.kind))
  expect(await kinds).not.toContain('shutdown')
  await page.evaluate(() => window.mount(false))
  await expect.poll(() => page.locator('countersign-widget').count()).toBe(0)
})
