// The inbox in Chromium, against a server that only pretends: what it shows, and what is done by hand and by key.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium, type Browser, type Frame, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

const dist = join(import.meta.dirname, '../../dist/embed')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const item = (id: string, minutes: number, title: string, extra: object = {}) => ({
  id, type: 'comment', sub: null, title, url: null, image: null, parameters: {}, replies: [], at: ago(minutes),
  seen_at: null, opened_at: null, clicked_at: null, archived_at: null, ...extra,
})
const channel = (name: string, delivery: string, offered: string[]) => ({ channel: name, delivery, offered })

let items: ReturnType<typeof item>[]
let next: string | null
let preferences: object[]
let calls: { method: string; path: string; body: unknown }[]
let servers: Server[]
let browser: Browser
let page: Page
let home = ''
let site = ''
let script = ''

const unread = () => items.filter((one) => one.seen_at === null && one.archived_at === null).length

/** The server's answers; nothing of its proofs is checked here. */
function answer(method: string, path: string, body: Record<string, unknown>): [number, unknown] {
  if (path.endsWith('/config')) return [200, { mode: 'enforce', anonymous: false, allow_bearer: false, appearance: { accent: '#2f5d50', title: 'Tally', greeting: '' } }]
  if (path.endsWith('/sessions')) return [201, { access_token: 'at', expires_in: 600, refresh_token: 'rt', visitor_token: null, trust: 'jwt', contact: { id: 'con_1', name: 'Alice', email: null } }]
  if (path.endsWith('/unread')) return [200, { unread: unread() }]
  if (path.endsWith('/notification_preferences')) {
    if (method === 'PATCH') preferences = preferences.map((one) => apply(one as Kind, body as unknown as Choice[]))
    return [200, { items: preferences, next_cursor: null }]
  }
  if (path.endsWith('/notifications/seen')) for (const one of items) one.seen_at ??= ago(0) as never
  if (path.endsWith('/notifications') && method === 'GET') return [200, { items, next_cursor: next }]
  if (path.endsWith('/notifications')) {
    const { ids, ...marks } = body as { ids: string[] }
    for (const one of items) if (ids.includes(one.id)) Object.assign(one, marks)
  }
  return path.includes('tickets') ? [503, { code: 'unavailable' }] : [200, { unread: unread(), changed: 1 }]
}
type Choice = { type: string; channel: string; delivery: string }
type Kind = { type: string; channels: { channel: string; delivery: string }[] }
const apply = (kind: Kind, [choice]: Choice[]): Kind => kind.type !== choice!.type ? kind
  : { ...kind, channels: kind.channels.map((one) => (one.channel === choice!.channel ? { ...one, delivery: choice!.delivery } : one)) }

beforeAll(async () => {
  const built = await build({ entryPoints: [join(import.meta.dirname, '../../loader/src/index.ts')], bundle: true, write: false, format: 'iife', globalName: 'Countersign' })
  script = built.outputFiles[0]!.text
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
  const widget = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://x')
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      if (pathname.startsWith('/embed/assets/')) {
        response.setHeader('content-type', pathname.endsWith('.css') ? 'text/css' : 'text/javascript')
        return void response.end(readFileSync(join(dist, pathname.slice('/embed'.length))))
      }
      if (pathname.startsWith('/embed/')) {
        response.setHeader('content-type', 'text/html').setHeader('content-security-policy', policy)
        return void response.end(readFileSync(join(dist, 'index.html')))
      }
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>
      calls.push({ method: request.method!, path: pathname, body })
      const [status, value] = answer(request.method!, pathname, body)
      response.writeHead(status, { 'content-type': 'application/json', 'dpop-nonce': 'n' }).end(JSON.stringify(value))
    })
  })
  const host = createServer((request, response) => {
    response.setHeader('content-type', request.url === '/loader.js' ? 'text/javascript' : 'text/html')
    response.end(request.url === '/loader.js' ? script : '<!doctype html><html lang="en"><title>page</title><button>Page</button><div id=place style="width:380px;height:540px"></div><script src="/loader.js"></script>')
  })
  servers = [widget, host]
  for (const server of servers) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  home = `http://localhost:${(widget.address() as AddressInfo).port}`
  site = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser?.close()
  for (const server of servers) server.close()
})
beforeEach(async () => {
  calls = []
  items = [
    item('ntf_3', 2, '<b>Bob Tanaka</b> commented on <i>Invoice N-1041</i>: “Paid on Monday &amp; confirmed.”', { url: '/invoices/N-1041' }),
    item('ntf_2', 95, 'Your export is ready', { url: 'https://files.example/export.csv' }),
    item('ntf_1', 60 * 26, '<img src=x onerror="alert(1)">Welcome to Tally', { seen_at: ago(60), url: 'javascript:alert(1)' }),
  ]
  next = null
  preferences = [
    { type: 'comment', title: 'Comments', critical: false, channels: [channel('inapp', 'instant', ['instant', 'off']), channel('email', 'daily', ['instant', 'daily', 'weekly', 'off'])], subs: [] },
    { type: 'password', title: 'Password changes', critical: true, channels: [channel('email', 'instant', ['instant'])], subs: [] },
  ]
  page = await browser.newPage({ viewport: { width: 420, height: 620 } })
})
afterEach(() => page.close())

async function opened(shown = true, locale = 'en'): Promise<Frame> {
  await page.goto(site)
  await page.evaluate(([origin, shown, locale]) => {
    const all = window as unknown as { Countersign: { inbox(options: object): unknown }; heard: unknown[]; followed: unknown[] }
    all.heard = []
    all.followed = []
    all.Countersign.inbox({
      origin, widget: 'cs_pk_1', into: document.querySelector('#place'), shown, locale, identity: () => 'e30.eyJzdWIiOiJhbGljZSJ9.x',
      onFeed: (feed: { unread: number }) => all.heard.push(feed.unread), onFollow: ({ url }: { url: string }) => all.followed.push(url),
    })
  }, [home, shown, locale] as const)
  const frame = await (await page.waitForSelector('iframe')).contentFrame()
  await frame!.waitForSelector('.item, .welcome, .sorry, .older')
  return frame!
}

async function flaws(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe)
  return frame.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const { run } = (window as unknown as { axe: { run(root: Document): Promise<Found> } }).axe
    return (await run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  })
}

const shot = async (name: string) => {
  if (process.env.COUNTERSIGN_PICTURES) await page.screenshot({ path: join(process.env.COUNTERSIGN_PICTURES, `${name}.png`) })
}

test.each(['light', 'dark'] as const)('shows what there is, in %s, with its words marked and nothing of its scripts', async (colorScheme) => {
  await page.emulateMedia({ colorScheme })
  const frame = await opened()
  expect(await frame.locator('.what').allInnerTexts()).toEqual([
    expect.stringContaining('Bob Tanaka commented on Invoice N-1041: “Paid on Monday & confirmed.”'), expect.stringContaining('Your export is ready'), 'Welcome to Tally',
  ])
  expect(await frame.locator('.what strong').innerText()).toBe('Bob Tanaka')
  expect(await frame.locator('.what img').count()).toBe(0)
  expect(await frame.locator('a.item-body').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))).toEqual([`${site}/invoices/N-1041`, 'https://files.example/export.csv'])
  await expect.poll(() => page.evaluate('heard.at(-1)')).toBe(0)
  expect(await frame.locator('.item.fresh').count()).toBe(2)
  expect(await flaws(frame)).toEqual([])
  await shot(`inbox-${colorScheme}`)
})

test('counts nothing as seen that nobody sees', async () => {
  await opened(false)
  await expect.poll(() => page.evaluate('heard.at(-1)')).toBe(2)
  expect(calls.some(({ method }) => method === 'PATCH')).toBe(false)
})

test('is worked by key: an item is followed by the page, put away, and all are marked', async () => {
  const frame = await opened(false)
  await frame.locator('a.item-body').first().press('Enter')
  await expect.poll(() => page.evaluate('followed')).toEqual(['/invoices/N-1041'])
  expect(page.url()).toBe(`${site}/`)
  await frame.getByRole('button', { name: 'Archive: Your export is ready' }).press('Enter')
  await expect.poll(() => frame.locator('.item').count()).toBe(2)
  await frame.getByRole('button', { name: 'Mark all as read' }).press('Enter')
  await expect.poll(() => page.evaluate('heard.at(-1)')).toBe(0)
  expect(await frame.getByRole('button', { name: 'Mark all as read' }).count()).toBe(0)
})

test.each(['light', 'dark'] as const)('lets the visitor choose what to be told of, in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme })
  const frame = await opened()
  await frame.getByRole('button', { name: 'Notification settings' }).press('Enter')
  const here = frame.getByRole('switch', { name: 'Comments: Here' })
  await here.click()
  await expect.poll(() => here.getAttribute('aria-checked')).toBe('false')
  await frame.getByLabel('Comments: Email').selectOption('Weekly')
  await frame.getByText('always on').waitFor()
  const told = () => calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)
  await expect.poll(told).toEqual(expect.arrayContaining([[{ type: 'comment', channel: 'inapp', delivery: 'off' }], [{ type: 'comment', channel: 'email', delivery: 'weekly' }]]))
  expect(await flaws(frame)).toEqual([])
  await shot(`choices-${colorScheme}`)
  await frame.getByRole('button', { name: 'Back to the notifications' }).click()
  await frame.locator('.item').first().waitFor()
})

test('says so when there is nothing, and is written from right to left where people do', async () => {
  items = []
  const frame = await opened(true, 'ar')
  await frame.getByText('لا جديد').waitFor()
  expect(await frame.evaluate(() => document.documentElement.dir)).toBe('rtl')
  expect(await flaws(frame)).toEqual([])
  await shot('inbox-empty')
})

test('where all that is loaded was put away, the older ones can still be reached', async () => {
  const older = items.slice(2)
  items = items.slice(0, 2).map((one) => ({ ...one, archived_at: ago(1) as never }))
  next = 'older'
  const frame = await opened()
  items = older
  next = null
  await frame.getByRole('button', { name: 'Show older ones' }).click()
  await frame.locator('.item', { hasText: 'Welcome to Tally' }).waitFor()
  expect(await frame.locator('.item, .older').count()).toBe(1)
})
