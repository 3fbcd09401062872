//! A page and a widget server on two sites, and a frame that does what the test says.
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Frame, Page } from 'playwright-core'
import type { ToFrame, ToHost } from '@countersign/protocol/frame'

const dist = join(import.meta.dirname, '../../dist')
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']
const FRAME = `
window.heard = []
const host = new URLSearchParams(location.search).get('host')
addEventListener('message', (e) => { if (e.origin === host && e.source === parent) heard.push(e.data) })
window.say = (message) => parent.postMessage(message, host)
if (!location.pathname.endsWith('silent')) say({ kind: 'ready', v: 1 })`

declare global {
  interface Window {
    heard: ToFrame[]
    say(message: unknown): void
  }
}

/** A hidden frame gets no animation frames, so ask by the clock. */
export const SOON = { polling: 20, timeout: 4_000 }

/** The address of the page's site is `127.0.0.1`, of the widget's `localhost`. */
export interface Sites {
  page: string
  widget: string
  browser: Browser
  /** What the console of the last page complained of. */
  complaints: string[]
  /** A page with this script, under a policy that allows the widget's origin and no more. */
  open(script: string, about?: { lang?: string; phone?: boolean; module?: string }): Promise<Page>
  close(): Promise<void>
}

export async function sites(): Promise<Sites> {
  const widget = await listen('localhost', (path, answer) => {
    if (path === '/sdk/countersign.js') return reply(answer, 'text/javascript', readFileSync(join(dist, 'sdk/countersign.js')))
    if (path === '/frame.js') return reply(answer, 'text/javascript', FRAME)
    const frame = '<!doctype html><title>frame</title><input aria-label="Message"><script src="/frame.js"></script>'
    return setTimeout(() => reply(answer, 'text/html', frame), path.endsWith('late') ? 500 : 0)
  })
  let script = ''
  let module = ''
  let lang = 'en'
  const page = await listen('127.0.0.1', (path, answer) => {
    if (path === '/page.js') return reply(answer, 'text/javascript', script)
    if (path === '/module.js') return reply(answer, 'text/javascript', module)
    const tags = module
      ? '<script type="module" src="/module.js"></script>'
      : `<script async src="${widget.url}/sdk/countersign.js"></script><script src="/page.js"></script>`
    const policy = `default-src 'none'; script-src 'self' ${widget.url}; frame-src ${widget.url}; require-trusted-types-for 'script'; trusted-types 'none'`
    answer.setHeader('content-security-policy', policy)
    return reply(answer, 'text/html', `<!doctype html><html lang="${lang}"><title>page</title><main><h1>Page</h1><button id=help>Help</button><div id=root></div></main>${tags}</html>`)
  })
  const complaints: string[] = []
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  return {
    page: page.url,
    widget: widget.url,
    browser,
    complaints,
    async open(text, about = {}) {
      script = text
      module = about.module ?? ''
      lang = about.lang ?? 'en'
      const viewport = about.phone ? { width: 390, height: 780 } : { width: 1200, height: 800 }
      const opened = await browser.newPage({ viewport })
      complaints.length = 0
      opened.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
      opened.on('pageerror', (error) => complaints.push(error.message))
      await opened.goto(page.url)
      return opened
    },
    async close() {
      await browser.close()
      page.server.close()
      widget.server.close()
    },
  }
}

/** The frame of the widget, once it is there. */
export async function frameOf(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('countersign-widget iframe', { state: 'attached' })
  const frame = await element.contentFrame()
  if (!frame) throw new Error('an iframe has a frame')
  await frame.waitForFunction(() => window.heard !== undefined, null, SOON)
  return frame
}

/** What the page told the frame under this kind, as soon as there are so many. */
export async function heard(frame: Frame, kind: ToFrame['kind'], count = 1): Promise<ToFrame[]> {
  await frame.waitForFunction(
    ([kind, count]) => window.heard.filter((one) => one.kind === kind).length >= count,
    [kind, count] as const,
    SOON,
  )
  return frame.evaluate((kind) => window.heard.filter((one) => one.kind === kind), kind)
}

export async function say(frame: Frame, message: ToHost): Promise<void> {
  await frame.evaluate((message) => window.say(message), message)
}

interface Site {
  url: string
  server: Server
}

async function listen(host: string, serve: (path: string, answer: ServerResponse) => unknown): Promise<Site> {
  const server = createServer((request, answer) => serve(new URL(request.url ?? '/', 'http://x').pathname, answer))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://${host}:${port}`, server }
}

function reply(answer: ServerResponse, kind: string, body: string | Buffer): void {
  answer.setHeader('content-type', `${kind}; charset=utf-8`)
  answer.end(body)
}
