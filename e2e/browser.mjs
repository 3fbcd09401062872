// Debian's Chromium as people run it.
//
// Playwright's own way to start a browser switches storage partitioning off, and with it every
// storage of a third-party frame: a browser that nobody has. So it is started here, and joined:
// without a window of its own, for now and then Playwright waits for ever for one that is just coming.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'

const SWITCHES = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows', '--force-color-profile=srgb', '--hide-scrollbars', '--remote-debugging-port=0', '--no-startup-window',
]
const BLOCKED = '--disable-features=ThirdPartyStoragePartitioning'

/** A browser; with `storage: 'blocked'` a frame of another site can keep nothing at all. */
export async function startBrowser({ storage = 'partitioned' } = {}) {
  const switches = [...SWITCHES, ...(storage === 'blocked' ? [BLOCKED] : [])]
  for (let tries = 1; ; tries += 1) {
    const process = start(switches)
    try {
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await port(process.profile)}`, { timeout: 10_000 })
      const close = async () => {
        const session = await browser.newBrowserCDPSession()
        await session.send('Browser.close').catch(() => {})
        await process.end()
      }
      return { newContext: (options) => browser.newContext(options), close }
    } catch (error) {
      await process.end()
      if (tries === 3) throw error
    }
  }
}

function start(switches) {
  const profile = mkdtempSync(join(tmpdir(), 'countersign-chromium-'))
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const child = spawn(path, [...switches, `--user-data-dir=${profile}`], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const end = async () => {
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(late)
    // Its last helpers may still write.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }).catch(() => {})
  }
  return { profile, end }
}

async function port(profile) {
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      const [line] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')
      if (line) return line
    } catch {
      // Not written yet.
    }
    await sleep(100)
  }
  throw new Error('Chromium does not start')
}
