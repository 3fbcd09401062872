//! The real server, a page of another site around the widget, and Chromium as people run it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type BrowserContextOptions, type Frame, type Page } from 'playwright-core'

const root = join(import.meta.dirname, '../../..')
const binary = process.env.COUNTERSIGN_BINARY ?? join(root, 'target/debug/countersign')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const SWITCHES = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb',
  '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows', '--remote-debugging-port=0', '--no-startup-window']

/** Without the binary there is nothing to try. */
export const canRun = existsSync(binary) && existsSync(CHROMIUM) && existsSync(join(root, 'web/dist/sdk/countersign.js'))

type Made = { widget: { id: string; public_key: string }; identity_secret: { secret: string }; secret_key: string }

export class Stage {
  data = mkdtempSync(join(tmpdir(), 'countersign-widget-'))
  made!: Made
  widget = ''
  site = ''
  browser!: Browser
  private server: ChildProcess | null = null
  private port = 0
  private pages!: Server
  private chromium!: { child: ChildProcess; profile: string }

  static async open(about: { storage?: 'blocked'; flags?: string[] } = {}): Promise<Stage> {
    const stage = new Stage()
    stage.pages = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html; charset=utf-8')
      answer.end(page(stage.widget))
    })
    stage.site = `http://127.0.0.1:${await listening(stage.pages)}`
    const free = createServer()
    stage.port = await listening(free)
    await new Promise((done) => free.close(done))
    stage.widget = `http://localhost:${stage.port}`
    stage.made = stage.bootstrap(...(about.flags ?? ['--anonymous']))
    await stage.start()
    await stage.startBrowser(about.storage === 'blocked')
    return stage
  }

  async start(): Promise<void> {
    const listen = `127.0.0.1:${this.port}`
    this.server = spawn(binary, ['serve', '--data', this.data, '--listen', listen, '--public-url', this.widget], { stdio: 'ignore' })
    await until(async () => (await fetch(`${this.widget}/healthz`).catch(() => null))?.ok)
  }

  async stop(): Promise<void> {
    const { server } = this
    if (!server) return
    this.server = null
    const ended = new Promise((done) => server.once('exit', done))
    server.kill('SIGKILL')
    await ended
  }

  async close(): Promise<void> {
    await this.browser.close().catch(() => {})
    await this.stopBrowser()
    await this.stop()
    this.pages.close()
    await rm(this.data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }

  /** The proof that the page's back end makes for its signed-in user. */
  token(sub: string, jkt: string | null, more: Record<string, unknown> = {}): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub, aud: this.made.widget.public_key, iat: now, exp: now + 600, ...(jkt && { cnf: { jkt } }), ...more }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
    return `${signed}.${createHmac('sha256', this.made.identity_secret.secret).update(signed).digest('base64url')}`
  }

  /** What the team does. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.made.secret_key}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const answer = await fetch(`${this.widget}/api/v1${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (answer.status === 204 ? null : await answer.json()) as T
  }

  /** A page of a new browser profile; `who` is whom its back end proves, and may change. */
  async visit(about: { who?: string | null; boot?: object; context?: BrowserContextOptions; more?: Record<string, unknown> } = {}): Promise<Visit> {
    const context = await this.browser.newContext({ viewport: { width: 1000, height: 800 }, ...about.context })
    const visit = new Visit(this, await context.newPage(), about.who ?? null, about.boot ?? {}, about.more ?? {})
    await visit.open()
    return visit
  }

  private bootstrap(...flags: string[]): Made {
    const given = ['bootstrap', '--data', this.data, '--organization', 'Harbour', '--owner', 'a@b.example', '--origin', this.site, ...flags, '--json']
    return JSON.parse(execFileSync(binary, given, { encoding: 'utf8' })) as Made
  }

  /** Not by Playwright, whose switches take every storage from a third-party frame. */
  private async startBrowser(isBlocked: boolean, tries = 3): Promise<void> {
    const profile = mkdtempSync(join(tmpdir(), 'countersign-chromium-'))
    const more = isBlocked ? ['--disable-features=ThirdPartyStoragePartitioning'] : []
    const child = spawn(CHROMIUM, [...SWITCHES, ...more, `--user-data-dir=${profile}`], { stdio: 'ignore' })
    this.chromium = { child, profile }
    const file = join(profile, 'DevToolsActivePort')
    try {
      await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('\n'))
      const address = `http://127.0.0.1:${readFileSync(file, 'utf8').split('\n')[0]}`
      this.browser = await chromium.connectOverCDP(address, { timeout: 10_000 })
    } catch (error) {
      // A Chromium on a busy machine may start and not answer.
      await this.stopBrowser()
      if (tries === 1) throw error
      await this.startBrowser(isBlocked, tries - 1)
    }
  }

  private async stopBrowser(): Promise<void> {
    const { child, profile } = this.chromium
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }).catch(() => {})
  }
}

/** Somebody's tab. */
export class Visit {
  readonly heard: { name: string; about: unknown }[] = []
  readonly asked: (string | null)[] = []
  readonly complaints: string[] = []

  constructor(
    readonly stage: Stage,
    readonly page: Page,
    public who: string | null,
    private readonly boot: object,
    private readonly more: Record<string, unknown>,
  ) {
    page.setDefaultTimeout(15_000)
    page.on('console', (line) => line.type() === 'error' && this.complaints.push(line.text()))
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  async open(): Promise<void> {
    await this.page.exposeFunction('prove', (jkt: string | null) => {
      this.asked.push(jkt)
      if (this.who === 'failing') throw new Error('the back end is away')
      return this.who && (this.who.includes('.') ? this.who : this.stage.token(this.who, jkt, this.more))
    })
    await this.page.exposeFunction('note', (name: string, about: unknown) => void this.heard.push({ name, about }))
    await this.page.goto(this.stage.site)
    await this.start()
  }

  /** The same tab loads its page again. */
  async reload(): Promise<void> {
    await this.page.reload()
    await this.start()
  }

  async start(): Promise<void> {
    await this.page.evaluate(({ widget, isKnown, boot }) => {
      const prove = ({ jkt }: { jkt: string | null }) => window.prove(jkt)
      for (const name of ['ready', 'session', 'unread', 'error', 'open', 'close']) window.Countersign('on', name, (about: unknown) => window.note(name, about))
      window.Countersign('boot', { widget, ...(isKnown && { identity: prove }), ...boot })
      window.Countersign('show')
    }, { widget: this.stage.made.widget.public_key, isKnown: this.who !== null, boot: this.boot })
  }

  /** The frame, when there is something to see in it. */
  async frame(): Promise<Frame> {
    const element = await this.page.waitForSelector('countersign-widget iframe')
    const frame = await element.contentFrame()
    if (!frame) throw new Error('an iframe has a frame')
    await frame.waitForSelector('textarea, .sorry, .list, .closed')
    return frame
  }

  async write(frame: Frame, text: string): Promise<void> {
    await frame.fill('textarea', text)
    await frame.press('textarea', 'Enter')
    await frame.waitForSelector(`.bubble.own:not(.waiting) >> text=${text}`)
  }

  last(name: string): unknown {
    return this.heard.findLast((one) => one.name === name)?.about
  }
}

declare global {
  interface Window {
    prove(jkt: string | null): Promise<string | null>
    note(name: string, about: unknown): Promise<void>
    Countersign(...call: unknown[]): unknown
  }
}

/** The texts in the order in which they stand. */
export const texts = (frame: Frame) => frame.locator('.bubble:not(.waiting) > p:first-of-type').allTextContents()

export async function until(holds: () => unknown, within = 15_000): Promise<void> {
  for (const end = Date.now() + within; Date.now() < end; await sleep(50)) if (await holds()) return
  throw new Error('it did not happen in time')
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

const page = (widget: string) => `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Harbour</title>
<style>body{margin:0;font:16px system-ui;color:CanvasText;background:Canvas;color-scheme:light dark}main{padding:40px}</style>
<main><h1>Harbour</h1><p>The page of another site.</p></main><script src="${widget}/sdk/countersign.js"></script></html>`
