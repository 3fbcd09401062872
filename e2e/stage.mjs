// The real binary, a real Chromium, and the people who use them.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBrowser } from './browser.mjs'

const here = import.meta.dirname
const binary = process.env.COUNTERSIGN_BINARY ?? join(here, '../target/debug/countersign')
const axe = readFileSync(join(here, 'node_modules/axe-core/axe.min.js'), 'utf8')
const pictures = process.env.COUNTERSIGN_PICTURES ?? join(here, 'screenshots')

/** A demo of its own, and the means to stop it hard and start it again. */
export class Stage {
  static async open({ storage, flags = [] } = {}) {
    const stage = new Stage()
    stage.flags = flags
    stage.data = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
    stage.port = await freePort()
    stage.sitePort = await freePort()
    stage.site = `http://127.0.0.1:${stage.sitePort}/`
    stage.dashboard = `http://localhost:${stage.port}/dashboard/`
    stage.widget = `http://widget.localhost:${stage.port}`
    await stage.start()
    stage.browser = await startBrowser({ storage })
    return stage
  }

  async start() {
    const places = ['--listen', `127.0.0.1:${this.port}`, '--site', `127.0.0.1:${this.sitePort}`]
    this.server = spawn(binary, ['demo', '--data', this.data, ...places, ...this.flags], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.said = ''
    this.server.stderr.on('data', (bytes) => (this.said += bytes))
    const ready = () => fetch(`http://127.0.0.1:${this.port}/readyz`).then((answer) => answer.ok, () => false)
    await until(ready, () => `the demo does not start: ${this.said}`)
    this.made = JSON.parse(readFileSync(join(this.data, 'demo.json'), 'utf8'))
  }

  /** Ends the server with a signal, and answers how it went. */
  stop(signal) {
    return new Promise((resolve) => {
      this.server.once('exit', (code, by) => resolve({ code, by }))
      this.server.kill(signal)
    })
  }

  async close() {
    await this.browser?.close()
    await this.stop('SIGKILL')
    rmSync(this.data, { recursive: true, force: true })
  }

  /** A browser of somebody, in which nothing is known yet. */
  async person(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    return page
  }

  /** A customer who has signed in at the product and opened the widget. */
  async customer(who, options) {
    const page = await this.person(options)
    await page.goto(this.site)
    await page.click(`[data-who=${who}]`)
    await page.waitForSelector('#product:not([hidden])')
    return { page, frame: await openWidget(page) }
  }

  /** The agent at the dashboard. */
  async agent(options) {
    const page = await this.person(options)
    await page.goto(this.dashboard)
    await page.getByLabel('Email').fill(this.made.owner.email)
    await page.getByLabel('Password', { exact: true }).fill(this.made.owner.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    return page
  }

  /** A call of the back end, with its secret key. */
  async backEnd(method, path, body) {
    return answered(await this.#call(method, `/api/v1${path}`, body, { authorization: `Bearer ${this.made.secret_key}` }))
  }

  /** A call of the owner, who signs in for it: what a secret key may not, such as lowering a protection. */
  async owner(method, path, body) {
    const own = { origin: new URL(this.dashboard).origin, 'sec-fetch-site': 'same-origin', 'x-countersign-request': '1' }
    const { email, password } = this.made.owner
    const signedIn = await this.#call('POST', '/dashboard/v1/sessions', { email, password }, own)
    const [cookie] = signedIn.headers.get('set-cookie').split(';')
    return answered(await this.#call(method, `/dashboard/v1${path}`, body, { ...own, cookie }))
  }

  #call(method, path, body, headers) {
    return fetch(new URL(path, this.dashboard), { method, headers: { ...headers, 'content-type': 'application/json' }, body: body && JSON.stringify(body) })
  }
}

async function answered(answer) {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? null : answer.json()
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** What `ask` answers once it is true. */
export async function until(ask, why, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const answer = await ask()
    if (answer) return answer
    await sleep(100)
  }
  throw new Error(why())
}

export async function openWidget(page) {
  await page.waitForFunction(() => window.Countersign?.boot)
  await page.evaluate(() => window.Countersign('show'))
  const element = await page.waitForSelector('countersign-widget iframe')
  const frame = await element.contentFrame()
  await frame.waitForSelector('textarea, .sorry')
  return frame
}

/** Writes to the team, and waits until the server has it. */
export async function write(frame, text) {
  await type(frame, text)
  await frame.locator('.bubble.own:not(.waiting)', { hasText: text }).first().waitFor()
}

/** As people do: they click into the field first, which also tells the browser where keys belong. */
export async function type(frame, text) {
  await frame.click('textarea')
  await frame.fill('textarea', text)
  await frame.press('textarea', 'Enter')
}

/** What stands in the widget, oldest first: `own` for what the visitor wrote. */
export function thread(frame) {
  return frame.locator('.bubble:not(.waiting)').evaluateAll((bubbles) => bubbles.map((bubble) => {
    const text = bubble.querySelector(':scope > p').textContent
    return bubble.classList.contains('own') ? { own: text } : { team: text }
  }))
}

/** Opens the conversation in the dashboard, and writes to its visitor. */
export async function answer(agent, about, text) {
  await agent.locator('.row', { hasText: about }).first().click()
  const field = agent.getByRole('textbox', { name: /reply/i })
  await field.fill(text)
  await field.press('Enter')
  await agent.locator('.thread', { hasText: text }).first().waitFor()
}

/** What axe finds serious or critical. */
export async function flaws(frame) {
  await frame.evaluate(axe)
  const found = await frame.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, any }) => `${target.join(' ')} ${any[0]?.message ?? ''}`).join(', ')}`)
}

export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true })
  await sleep(400) // What moves has arrived.
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}
