// Pictures of every page against the mock, light and dark, desktop, tablet and phone: for looking at, not for comparing.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { signIn, startBrowser } from './browser.mjs'
import { PASSWORD, startMock } from './mock.mjs'

const OUT = fileURLToPath(new URL('../shots/', import.meta.url))
const SIZES = { desktop: [1440, 900], laptop: [1280, 860], tablet: [900, 1000], phone: [390, 844], narrow: [360, 700] }
const wanted = process.argv.slice(2)

await mkdir(OUT, { recursive: true })
const mock = await startMock({ dist: true })
const browser = await startBrowser()
const { conversations, contacts, widgets, refusals } = mock.state.world
const at = (n) => conversations[n].id

const views = {
  inbox: ['/inbox'],
  thread: [`/inbox/${at(0)}`],
  liar: [`/inbox/${at(2)}`],
  hmac: [`/inbox/${at(3)}`],
  anonymous: [`/inbox/${at(5)}`],
  arabic: [`/inbox/${at(6)}`],
  closed: [`/inbox/${at(1)}?state=closed`],
  empty: ['/inbox?assignee=none&state=closed&contact=con_none'],
  popover: [`/inbox/${at(0)}`, (page) => page.locator('.thread-head .trust').click()],
  assign: [`/inbox/${at(0)}`, (page) => page.keyboard.press('a')],
  help: ['/inbox', (page) => page.keyboard.press('?')],
  search: ['/inbox', async (page) => (await page.getByRole('combobox').fill('ali'), page.getByRole('option').first().waitFor())],
  sheet: [`/inbox/${at(0)}`, async (page) => { const open = page.getByRole('button', { name: 'Contact details' }); if (await open.count()) await open.click() }],
  contacts: ['/contacts'],
  contact: [`/contacts/${contacts[0].id}`],
  flagged: [`/contacts/${contacts[1].id}`],
  endsessions: [`/contacts/${contacts[0].id}`, (page) => page.getByRole('button', { name: 'End all sessions' }).click()],
  theirs: [`/contacts/${contacts[0].id}`, (page) => page.getByRole('heading', { name: 'Notifications' }).scrollIntoViewIfNeeded()],
  behalf: [`/contacts/${contacts[0].id}`, async (page) => (await page.getByRole('button', { name: 'Change on their behalf' }).click(), page.locator('.their-notifications').evaluate((one) => one.scrollIntoView()))],
  sent: ['/notifications'],
  types: ['/notifications/types'],
  type: ['/notifications/types/order_shipped'],
  written: ['/notifications/types/comment_added', (page) => page.getByRole('region', { name: 'Texts' }).scrollIntoViewIfNeeded()],
  badtext: ['/notifications/types/comment_added', async (page) => (await page.getByLabel('Title in the feed').fill('<b>{{ who }}</b> and {{ other'), await page.getByText('Line 1, column').waitFor(), page.getByRole('region', { name: 'Texts' }).scrollIntoViewIfNeeded())],
  missing: ['/notifications/types/comment_added', async (page) => (await page.getByLabel('Example parameters').fill('{"who": "Ines Duarte"}'), await page.getByText('No example for').waitFor(), page.getByRole('region', { name: 'Texts' }).scrollIntoViewIfNeeded())],
  tested: ['/notifications/types/comment_added', async (page) => (await page.getByRole('combobox').fill('ali'), await page.getByRole('option').first().click(), await page.getByRole('button', { name: 'Send the test' }).click(), await page.getByText('In the delivery log').waitFor(), page.getByRole('region', { name: 'Send a test' }).scrollIntoViewIfNeeded())],
  refusals: ['/refusals'],
  refusal: [`/refusals?reference=${refusals[1].reference}`],
  widgets: ['/widgets'],
  widget: [`/widgets/${widgets[0].id}`],
  widget2: [`/widgets/${widgets[1].id}`],
  identity: [`/widgets/${widgets[0].id}/identity`],
  observed: [`/widgets/${widgets[1].id}/identity`],
  keysets: [`/widgets/${widgets[0].id}/identity`, (page) => page.getByRole('region', { name: 'Secrets and keys' }).scrollIntoViewIfNeeded()],
  formats: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByRole('radio', { name: 'Crisp' }).check({ force: true }), page.getByRole('region', { name: 'Format of the proof' }).scrollIntoViewIfNeeded())],
  fogbender: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByRole('radio', { name: 'Fogbender' }).check({ force: true }), page.getByRole('region', { name: 'Format of the proof' }).scrollIntoViewIfNeeded())],
  leaked: [`/widgets/${widgets[0].id}/identity`, (page) => page.getByRole('region', { name: 'When a proof leaks' }).scrollIntoViewIfNeeded()],
  retire: [`/widgets/${widgets[0].id}/identity`, (page) => page.getByRole('button', { name: 'Change… k3' }).click()],
  bring: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByRole('button', { name: 'Create a secret' }).click(), page.getByText('I sign with one already').click())],
  explain: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByLabel('Token, or the identity object').fill('{"token":"eyJhbGciOi.eyJzdWIi.c2ln"}'), await page.getByRole('button', { name: 'Explain' }).click(), page.locator('.explained').scrollIntoViewIfNeeded())],
  explained: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByLabel('Token, or the identity object').fill('{"token":"good"}'), await page.getByRole('button', { name: 'Explain' }).click(), page.locator('.explained').scrollIntoViewIfNeeded())],
  lower: [`/widgets/${widgets[0].id}/identity`, (page) => page.getByRole('button', { name: 'Switch to Off' }).click()],
  register: [`/widgets/${widgets[0].id}/identity`, async (page) => (await page.getByRole('button', { name: 'Register a public key' }).click(), await page.getByLabel('Public key, PEM or JWK').fill('nonsense'), page.getByRole('button', { name: 'Register', exact: true }).click())],
  members: ['/settings/members'],
  keys: ['/settings/keys'],
  newkey: ['/settings/keys', async (page) => (await page.getByRole('button', { name: 'Create a key' }).click(), await page.getByLabel('Name').fill('Importer'), await page.getByRole('dialog').getByRole('button', { name: 'Create a key' }).click(), page.getByText('only time').waitFor())],
  audit: ['/settings/audit'],
  lost: ['/nowhere'],
}

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    if (wanted.length > 1 && !wanted.slice(1).includes(`${size}-${colorScheme}`)) continue
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, deviceScaleFactor: width >= 1280 ? 1 : 2, hasTouch: width < 1280, isMobile: width < 1280 })
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && console.log(size, colorScheme, message.text()))
    page.on('pageerror', (error) => console.log(size, colorScheme, String(error)))
    await page.goto(`${mock.url}/dashboard/`)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    if (!wanted[0] || wanted[0] === 'all' || wanted[0].includes('signin')) await page.screenshot({ path: `${OUT}signin-${size}-${colorScheme}.png` })
    await signIn(page, mock.url, PASSWORD)
    for (const [name, [path, act]] of Object.entries(views)) {
      if (wanted[0] && wanted[0] !== 'all' && !wanted[0].split(',').includes(name)) continue
      await page.goto(`${mock.url}/dashboard${path}`)
      await page.waitForLoadState('networkidle')
      await act?.(page)
      await page.waitForTimeout(350)
      await page.screenshot({ path: `${OUT}${name}-${size}-${colorScheme}.png` })
    }
    await context.close()
  }
}
await browser.close()
await mock.close()
