// The real binary, a real Chromium, and the people who use them.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const root = join(import.meta.dirname, '..')
const binary = process.env.COUNTERSIGN_BINARY ?? join(root, 'target/debug/countersign')
const axe = readFileSync(join(import.meta.dirname, 'node_modules/axe-core/axe.min.js'), 'utf8')
export const pictures = process.env.COUNTERSIGN_PICTURES

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

/** A demo of its own, and the means to stop it hard and start it again. */
export class Stage {
  static async open() {
    const stage = new Stage()
    stage.data = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
    stage.port = await freePort()
    stage.sitePort = await freePort()
    stage.site = `http://127.0.0.1:${stage.sitePort}`
    stage.dashboard = `http://localhost:${stage.port}/dashboard/`
    await stage.start()
    stage.made = JSON.parse(readFileSync(join(stage.data, 'demo.json'), 'utf8'))
    stage.browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    return stage
  }

  async start() {
    this.server = spawn(binary, ['demo', '--data', this.data, '--listen', `127.0.0.1:${this.port}`, '--site', `127.0.0.1:${this.sitePort}`], { stdio: 'ignore' })
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => null)
      if (answer?.ok) return
      if (tries > 400) throw new Error('the demo does not start')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  kill() {
    return new Promise((resolve) => {
      this.server.once('exit', resolve)
      this.server.kill('SIGKILL')
    })
  }

  async close() {
    await this.browser.close()
    await this.kill()
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
    await page.getByLabel(/email/i).fill(this.made.owner.email)
    await page.getByLabel(/password/i).first().fill(this.made.owner.password)
    await page.getByRole('button', { name: /sign in/i }).click()
    await page.waitForURL(/\/dashboard\/(?!sign)/)
    return page
  }
}

export async function openWidget(page) {
  await page.waitForFunction(() => typeof window.Countersign === 'function' && !window.Countersign.q)
  await page.evaluate(() => window.Countersign('show'))
  const element = await page.waitForSelector('countersign-widget iframe')
  const frame = await element.contentFrame()
  await frame.waitForSelector('textarea, .sorry')
  return frame
}

export async function write(frame, text) {
  await frame.fill('textarea', text)
  await frame.press('textarea', 'Enter')
  await frame.waitForSelector(`.bubble.own:not(.waiting) >> text=${text}`)
}

/** What axe finds serious or critical. */
export async function flaws(frame) {
  await frame.evaluate(axe)
  const found = await frame.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

export async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) })
}
