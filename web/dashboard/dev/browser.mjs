// Debian's Chromium, started the same way for tests and screenshots.
import { chromium } from 'playwright-core'

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Signs in through the form and waits for the inbox. */
export async function signIn(page, url, password, path = '') {
  await page.goto(`${url}/dashboard/sign-in${path ? `?next=${encodeURIComponent(path)}` : ''}`)
  await page.getByLabel('Email').fill('sam@corvid.example')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}
