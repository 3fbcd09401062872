// The built dashboard in a real browser, under the real Content-Security-Policy, against the mock.
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signIn, startBrowser } from '../../dev/browser.mjs'
import { PASSWORD, startMock } from '../../dev/mock.mjs'

let mock: Awaited<ReturnType<typeof startMock>>
let browser: Browser
let page: Page
let complaints: string[]

beforeAll(async () => {
  mock = await startMock({ dist: true })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await mock?.close()
})
beforeEach(async () => {
  await control('reset')
  page = await fresh(1440, 900)
})
afterEach(async () => {
  await page.context().close()
  expect(complaints).toEqual([])
})

async function fresh(width: number, height: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'], reducedMotion: 'reduce' })
  const made = await context.newPage()
  complaints = []
  made.on('pageerror', (error) => complaints.push(String(error)))
  made.on('console', (message) => {
    const text = message.text()
    const expected = /Failed to load resource|WebSocket connection/.test(text) // A refused call is part of the test.
    if (message.type() === 'error' && !expected) complaints.push(text)
  })
  return made
}

async function control(what: string, body: unknown = {}): Promise<unknown> {
  const answer = await fetch(`${mock.url}/__mock/${what}`, { method: 'POST', body: JSON.stringify(body) })
  return answer.json()
}

const world = () => mock.state.world
const go = (path: string) => page.goto(`${mock.url}/dashboard${path}`)
const enter = (path = '') => signIn(page, mock.url, PASSWORD, path)
const path = () => new URL(page.url()).pathname.replace('/dashboard', '')

async function barriers(of: Page = page): Promise<string> {
  // The policy forbids eval and injected scripts, so axe is run through the debugger, not through the page.
  await of.evaluate(axe.source)
  const found = await of.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).slice(0, 3).join(' | ')}`).join('\n')
}

const selected = (id: string) => page.locator(`.row[data-selected=true][data-id="${id}"]`).waitFor()

const fillSignIn = async (email: string, password: string) => {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

describe('sign in', () => {
  it('refuses without saying why, locks out with a countdown, and names what is missing', async () => {
    await go('/')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter your email address.').waitFor()
    expect(await page.getByLabel('Email').evaluate((field) => field === document.activeElement)).toBe(true)
    await fillSignIn('sam@corvid.example', 'wrong')
    await page.getByText('Email or password is wrong.').waitFor()
    expect(await barriers()).toBe('')
    for (let n = 0; n < 4; n += 1) {
      await fillSignIn('sam@corvid.example', `wrong ${n}`)
      await page.getByRole('button', { name: /^Sign/ }).and(page.locator(':not([aria-busy])')).waitFor()
    }
    await page.getByText('Too many attempts from here').waitFor()
    expect(await page.getByRole('timer').textContent()).toMatch(/^0:(30|29|28)$/)
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
    expect(await barriers()).toBe('')
  })

  it('comes back to where it was going, also after the session ended', async () => {
    await go('/refusals?reference=req_1')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await fillSignIn('sam@corvid.example', PASSWORD)
    await page.getByText('No refusal with this number').waitFor()
    expect(path()).toBe('/refusals')
    await control('signout')
    await page.getByText('Your session ended.').waitFor()
    await fillSignIn('sam@corvid.example', PASSWORD)
    await page.getByText('No refusal with this number').waitFor()
  })

  it('signs out, and keeps no draft', async () => {
    await enter(`/inbox/${world().conversations[0].id}`)
    await page.getByLabel('Reply').fill('half a thought')
    await page.getByRole('button', { name: /Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')))).toEqual([])
    await go('/inbox')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})

describe('inbox', () => {
  it('sends a reply at once, and once, though the server fails twice', async () => {
    const { id } = world().conversations[0]
    await enter(`/inbox/${id}`)
    await page.getByLabel('Reply').waitFor()
    await control('fail', { count: 2 })
    await page.getByLabel('Reply').fill('On it.')
    await page.keyboard.press('Enter')
    await page.getByText('Sending…').waitFor()
    expect(await page.getByLabel('Reply').inputValue()).toBe('')
    await page.getByText('Sending…').waitFor({ state: 'detached' })
    expect(await page.getByRole('log').getByText('On it.').count()).toBe(1)
    expect(world().messages.get(id)?.filter((message: { text: string }) => message.text === 'On it.')).toHaveLength(1)
    await control('see', { conversation: id })
    await page.getByRole('log').getByText('Seen').last().waitFor()
  })

  it('keeps a reply that could not be sent, and sends it again when asked', async () => {
    const { id } = world().conversations[0]
    await enter(`/inbox/${id}`)
    await page.getByLabel('Reply').waitFor()
    await control('fail', { count: 30 })
    await page.getByLabel('Reply').fill('Still here?')
    await page.keyboard.press('Enter')
    await page.getByText('Not sent.').waitFor()
    expect(await page.locator('.not-sent').textContent()).toMatch(/req_/)
    expect(await barriers()).toBe('')
    await control('fail', { count: 0 })
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('Not sent.').waitFor({ state: 'detached' })
    expect(world().messages.get(id)?.filter((message: { text: string }) => message.text === 'Still here?')).toHaveLength(1)
  })

  it('shows what a visitor writes live, announces it, and says when the line is down', async () => {
    const { id } = world().conversations[0]
    await enter(`/inbox/${id}`)
    await page.getByLabel('Reply').waitFor()
    await control('type', { conversation: id })
    await page.getByText('Alice Chesterton is typing…').waitFor()
    await control('say', { conversation: id, text: 'Any news?' })
    await page.getByRole('log').getByText('Any news?').waitFor()
    await page.getByText('Alice Chesterton is typing…').waitFor({ state: 'detached' })
    expect(await page.locator('[role=status].hidden-visually').allTextContents()).toContain('New message from Alice Chesterton')
    await control('stream', { up: false })
    await page.getByText('Connection lost.').waitFor()
    await control('say', { conversation: id, text: 'Hello? Hello?' })
    await control('stream', { up: true })
    await page.getByRole('log').getByText('Hello? Hello?').waitFor({ timeout: 15_000 })
    await page.getByText('Connection lost.').waitFor({ state: 'detached' })
    expect(await page.getByRole('log').getByText('Any news?').count()).toBe(1)
  })

  it('fetches again after resync', async () => {
    const { id } = world().conversations[0]
    await enter(`/inbox/${id}`)
    await page.getByLabel('Reply').waitFor()
    await control('stream', { up: false })
    for (let n = 0; n < 210; n += 1) mock.state.visitorSays(world().conversations[3].id, `flood ${n}`)
    mock.state.visitorSays(id, 'after the flood')
    await control('stream', { up: true })
    await page.getByRole('log').getByText('after the flood').waitFor({ timeout: 15_000 })
  })

  it('makes a contradiction of a proven id unmistakable, and a change of proof visible', async () => {
    const { conversations } = world()
    await enter(`/inbox/${conversations[2].id}`)
    await page.getByRole('heading', { name: 'This is not the proven person' }).waitFor()
    await page.getByText('This visitor contradicts a proven id. Share nothing about the account.').waitFor()
    await page.locator('.row', { hasText: 'Contradicts a proven id' }).waitFor()
    expect(await barriers()).toBe('')
    await page.getByRole('link', { name: 'Find the proven contact' }).click()
    await page.getByRole('link', { name: 'Alice Chesterton' }).first().waitFor()
    await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'signed token' }).count()).toBe(1)
    await go(`/inbox/${conversations[0].id}`)
    await page.getByText('From here on, proven by a signed token').waitFor()
    await page.locator('.thread-head').getByRole('button', { name: /^Proven signed token/ }).click()
    await page.getByRole('dialog').getByText('The browser cannot change it.').waitFor()
    expect(await barriers()).toBe('')
  })

  it('is worked with the keyboard alone', async () => {
    const { conversations, members } = world()
    await enter('/inbox')
    await page.locator('.row').first().waitFor()
    await page.keyboard.press('j')
    await selected(conversations[0].id)
    await page.keyboard.press('j')
    await selected(conversations[2].id)
    await page.keyboard.press('k')
    await selected(conversations[0].id)
    expect(path()).toBe(`/inbox/${conversations[0].id}`)
    await page.getByLabel('Reply').waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('jjj')
    expect(await page.getByLabel('Reply').inputValue()).toBe('jjj')
    await page.keyboard.press('Escape')
    await page.keyboard.press('a')
    await page.getByRole('menuitemcheckbox', { name: 'Jonas Lind' }).click()
    await expect.poll(() => conversations[0].assignee?.id).toBe(members[2].id)
    await page.keyboard.press('e')
    await page.getByText('This conversation is closed.').waitFor()
    await page.getByText('Conversation closed.').waitFor()
    expect(conversations[0].state).toBe('closed')
    await page.keyboard.press('e')
    await page.getByLabel('Reply').waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await barriers()).toBe('')
    await page.getByRole('switch', { name: 'Use single-key shortcuts' }).click()
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('keeps a draft a conversation', async () => {
    const { conversations } = world()
    await enter(`/inbox/${conversations[0].id}`)
    await page.getByLabel('Reply').fill('draft for Alice')
    await page.locator(`.row[data-id="${conversations[3].id}"]`).click()
    await page.getByRole('region', { name: 'Conversation with Marek Novotný' }).waitFor()
    expect(await page.getByLabel('Reply').inputValue()).toBe('')
    await page.reload()
    await page.locator(`.row[data-id="${conversations[0].id}"]`).click()
    await page.getByRole('region', { name: 'Conversation with Alice Chesterton' }).waitFor()
    expect(await page.getByLabel('Reply').inputValue()).toBe('draft for Alice')
  })

  it('draws a part of a long list, and loads older messages without losing the place', async () => {
    await enter('/inbox')
    await page.locator('.row').first().waitFor()
    expect(await page.locator('.row').count()).toBeLessThan(35)
    await page.locator('.rows-box').evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await expect.poll(() => page.locator('.row-place').last().getAttribute('aria-posinset').then(Number)).toBeGreaterThan(50)
    expect(await page.locator('.row').count()).toBeLessThan(35)
    const long = world().conversations[7]
    await go(`/inbox/${long.id}`)
    const log = page.getByRole('log')
    await log.getByText('Step 140 is done').waitFor()
    expect(await log.locator('.bubble').count()).toBe(50)
    await log.evaluate((box) => box.scrollTo(0, 0))
    await expect.poll(() => log.locator('.bubble').count()).toBeGreaterThan(50)
    expect(await log.evaluate((box) => box.scrollTop)).toBeGreaterThan(200)
  })

  it('finds a contact and shows only their conversations', async () => {
    await enter('/inbox')
    await page.keyboard.press('/')
    await page.getByRole('combobox', { name: 'Search contacts' }).fill('mar')
    await page.getByRole('option', { name: /Marek/ }).waitFor()
    expect(await barriers()).toBe('')
    await page.keyboard.press('Enter')
    await page.getByText('Only Marek Novotný').waitFor()
    await expect.poll(() => page.locator('.row').count()).toBe(1)
    await page.getByRole('link', { name: 'Show all contacts again' }).click()
    await expect.poll(() => page.locator('.row').count()).toBeGreaterThan(5)
  })

  it('never covers the trust with the buttons, however narrow the thread is', async () => {
    await enter(`/inbox/${world().conversations[2].id}`)
    for (const width of [720, 861, 1180, 1240, 1280, 1440]) {
      await page.setViewportSize({ width, height: 800 })
      const room = await page.evaluate(() => {
        const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect()
        return box('.thread-actions').left - box('.thread-head .trust').right
      })
      expect(room, `${width} pixels`).toBeGreaterThan(4)
    }
  })

  it('offers nothing that the role may not do', async () => {
    world().withheld = ['conversations.manage']
    await enter(`/inbox/${world().conversations[0].id}`)
    await page.getByRole('textbox', { name: 'Reply' }).waitFor()
    expect(await page.locator('.thread-actions').getByRole('button').count()).toBe(0)
    for (const key of ['a', 'e']) await page.keyboard.press(key)
    expect(await page.getByRole('menu').count()).toBe(0)
    expect(world().conversations[0].state).toBe('open')
  })

  it('is one pane at a time on a phone of 360 pixels', async () => {
    await page.context().close()
    page = await fresh(360, 700)
    await enter('/inbox')
    await page.locator('.row').first().click()
    await page.getByLabel('Reply').waitFor()
    expect(await page.locator('.inbox-list').isVisible()).toBe(false)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    expect(await barriers()).toBe('')
    await page.getByRole('button', { name: 'Contact details' }).click()
    await page.getByRole('dialog', { name: 'Contact' }).getByText('What is known').waitFor()
    expect(await barriers()).toBe('')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await page.locator('.row').first().waitFor()
  })
})

describe('contacts', () => {
  it('ends all sessions after asking', async () => {
    const { contacts, sessions } = world()
    await enter(`/contacts/${contacts[0].id}`)
    await page.getByRole('button', { name: 'End all sessions' }).click()
    const dialog = page.getByRole('alertdialog')
    expect(await barriers()).toBe('')
    await dialog.getByRole('button', { name: 'End all sessions' }).click()
    await page.getByText('No live session.').waitFor()
    expect(sessions.get(contacts[0].id)).toEqual([])
  })

  it('marks a name that a member wrote as set, and never replaces a proven one', async () => {
    const { contacts } = world()
    const marek = contacts[2]
    await enter(`/contacts/${marek.id}`)
    await page.getByRole('button', { name: 'Change the name' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Marek N.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Marek N.' }).waitFor()
    expect(marek.fields.name).toMatchObject({ value: 'Marek N.', provenance: 'set' })
    await page.getByRole('button', { name: /^Set \(Name\)/ }).click()
    await page.getByText('A member of your team wrote this value.').waitFor()
    expect(await barriers()).toBe('')
  })

  it('merges another contact by the keyboard alone, shows what follows first, and undoes it in the same place', async () => {
    const { contacts } = world()
    const [alice, , marek] = contacts
    await enter(`/contacts/${alice.id}`)
    await page.getByRole('button', { name: 'Merge with…' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('The other contact').waitFor()
    expect(await dialog.getByLabel('The other contact').evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type('nobody at all')
    await dialog.getByRole('status').getByText('Nobody found.').waitFor({ state: 'attached' })
    await dialog.getByLabel('The other contact').fill(marek.id)
    await dialog.getByRole('status').getByText('One contact found.').waitFor({ state: 'attached' })
    expect(await barriers()).toBe('')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByRole('heading', { name: /^Merge .+ into this contact\?$/ }).waitFor()
    await dialog.getByText('That HMAC does not suffice any more').waitFor()
    expect(await barriers()).toBe('')
    expect(marek.merged_into).toBe(null)
    await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
    await dialog.getByText('Say why: somebody may want to know later.').waitFor()
    expect(marek.merged_into).toBe(null)
    await dialog.getByLabel('Why are they the same person?').fill('He told us on the phone')
    await page.keyboard.press('Enter')
    await page.getByText('Because: He told us on the phone').waitFor()
    expect(marek.merged_into).toBe(alice.id)
    expect(await barriers()).toBe('')
    await page.getByRole('button', { name: /^Undo the merge of / }).click()
    await page.getByRole('alertdialog').getByText('What came after the merge stays with the surviving contact.').waitFor()
    expect(await barriers()).toBe('')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Undo' }).click()
    await page.getByText('No other contact was merged into this one.').waitFor()
    expect(marek.merged_into).toBe(null)
  })

  it('says on the page of a merged contact whose part it is, and why another cannot be merged', async () => {
    const { contacts } = world()
    const [alice, second, marek] = contacts
    marek.merged_into = alice.id
    await enter(`/contacts/${marek.id}`)
    await page.getByRole('heading', { name: 'This contact is a part of another' }).waitFor()
    expect(await page.getByRole('button', { name: 'Merge with…' }).count()).toBe(0)
    expect(await barriers()).toBe('')
    await page.getByRole('link', { name: 'Open the contact that it belongs to' }).click()
    await page.getByRole('button', { name: 'Merge with…' }).click()
    await page.getByLabel('The other contact').fill(marek.id)
    await page.getByText('Already a part of another contact').waitFor()
    expect(await page.getByRole('button', { name: /^Choose / }).isDisabled()).toBe(true)
    await page.getByLabel('The other contact').fill(second.id)
    await page.getByRole('button', { name: /^Choose / }).click()
    second.merged_into = alice.id
    await page.getByLabel('Why are they the same person?').fill('the same email')
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
  })

  it('offers no merging to whoever may not', async () => {
    world().withheld.push('contacts.merge')
    await enter(`/contacts/${world().contacts[0].id}`)
    await page.getByText('No other contact was merged into this one.').waitFor()
    expect(await page.getByRole('button', { name: 'Merge with…' }).count()).toBe(0)
  })
})

describe('refusals', () => {
  it('lowers a contact to a hash only after saying what that means, and only for who may', async () => {
    const contact = world().contacts.find((one: { trust: string; flags: string[] }) => one.trust === 'jwt' && one.flags.length === 0)
    await enter(`/contacts/${contact.id}`)
    await page.getByRole('button', { name: 'Let a hash prove them again…' }).click()
    const asked = page.getByRole('alertdialog')
    await asked.getByText('It never expires, and serves whoever copied it.').waitFor()
    expect(await barriers()).toBe('')
    await asked.getByRole('button', { name: 'Cancel' }).click()
    expect(contact.trust).toBe('jwt')
    await page.getByRole('button', { name: 'Let a hash prove them again…' }).click()
    await asked.getByRole('button', { name: 'Lower to a hash' }).click()
    await page.getByText('A hash proves this contact again.').waitFor()
    expect(contact.trust).toBe('hmac')
    expect(await page.getByRole('button', { name: 'Let a hash prove them again…' }).count()).toBe(0)
  })

  it('finds the reason by the number that the browser showed, whatever was pasted around it', async () => {
    const { refusals } = world()
    await enter('/refusals')
    await page.getByText('The token has expired').waitFor()
    expect(await barriers()).toBe('')
    await page.getByLabel('Reference number').fill('nonsense')
    await page.getByRole('button', { name: 'Look up' }).click()
    await page.getByText('A reference begins with req_').waitFor()
    await page.getByLabel('Reference number').fill(`We could not verify you (reference ${refusals[1].reference}).`)
    await page.getByRole('button', { name: 'Look up' }).click()
    await page.getByText('Buffer.from(secret, "hex")').waitFor()
    await expect.poll(() => page.locator('.refusal').count()).toBe(1)
  })

  it('shows a new one by itself', async () => {
    await enter('/refusals')
    await page.locator('.refusal').first().waitFor()
    const before = await page.locator('.refusal').count()
    await control('refuse')
    await expect.poll(() => page.locator('.refusal').count()).toBe(before + 1)
  })
})

describe('widget settings', () => {
  it('takes an exact origin and explains what is not one', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}`)
    await page.getByLabel('Origin', { exact: true }).fill('https://new.corvid.example/login')
    await page.getByRole('button', { name: 'Add origin' }).click()
    await page.getByText('Did you mean https://new.corvid.example?').waitFor()
    await page.getByLabel('Origin', { exact: true }).fill('https://new.corvid.example')
    await page.getByRole('button', { name: 'Add origin' }).click()
    await page.getByRole('button', { name: 'Remove https://new.corvid.example' }).waitFor()
    expect(app.origins).toContain('https://new.corvid.example')
    expect(await barriers()).toBe('')
  })

  it('previews the appearance and saves it; copies the snippet', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}`)
    await page.getByLabel('Title').fill('Ask Corvid')
    await page.locator('.preview-head', { hasText: 'Ask Corvid' }).waitFor()
    await page.locator('.accent .mono').fill('#ffe600')
    await expect.poll(() => page.locator('.preview-head').evaluate((head) => getComputedStyle(head).color)).toBe('rgb(23, 26, 32)')
    await page.getByRole('region', { name: 'Appearance' }).getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => app.appearance).toMatchObject({ accent: '#ffe600', title: 'Ask Corvid' })
    await page.getByRole('button', { name: 'Copy' }).nth(1).click()
    await page.getByText('Copied').first().waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(app.snippet)
  })

  it('lowers the protection only when its name is typed', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('button', { name: 'Switch to Off' }).click()
    const lower = page.getByRole('button', { name: 'Lower the protection' })
    expect(await lower.isDisabled()).toBe(true)
    expect(await barriers()).toBe('')
    await page.getByLabel('Type off to confirm').fill('observe')
    expect(await lower.isDisabled()).toBe(true)
    await page.getByLabel('Type off to confirm').fill('off')
    await lower.click()
    await page.getByText('Mode is now Off.').waitFor()
    expect(app.mode).toBe('off')
    await page.getByRole('button', { name: 'Switch to Enforce' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Switch to Enforce' }).click()
    await expect.poll(() => app.mode).toBe('enforce')
  })

  it('says in one sentence whether it is safe to enforce, with the numbers for every reader', async () => {
    const [app, site] = world().widgets
    await enter(`/widgets/${site.id}/identity`)
    const section = page.getByRole('region', { name: 'Who brings a proof' })
    await section.getByText('Not yet safe to enforce: 208 of 736 attempts').waitFor()
    expect(await section.getByRole('row').count()).toBe(8)
    expect(await section.getByRole('button', { name: 'Switch to Enforce' }).count()).toBe(0)
    world().coverage = () => ({ since: '2026-11-15T00:00:00Z', totals: { valid: 3, invalid: 0, missing: 0, anonymous: 0 }, by_key: [], by_reason: [], days: [], verdict: { safe_to_enforce: true, sentence: 'Safe to enforce: all 3 attempts.', would_be_refused: 0 } })
    await page.reload()
    await section.getByRole('button', { name: 'Switch to Enforce' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Switch to Enforce' }).click()
    await expect.poll(() => site.mode).toBe('enforce')
    await go(`/widgets/${app.id}/identity`)
    expect(await barriers()).toBe('')
  })

  it('explains a pasted proof with its causes and mends, and says what is not one before it is sent', async () => {
    await enter(`/widgets/${world().widgets[0].id}/identity`)
    const section = page.getByRole('region', { name: 'Explain a proof' })
    const field = section.getByLabel('Token, or the identity object as JSON')
    await field.fill('hello')
    await section.getByRole('button', { name: 'Explain' }).click()
    await section.getByText('This is neither a token nor an object.').waitFor()
    await field.fill('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')
    await section.getByRole('button', { name: 'Explain' }).click()
    await section.getByRole('heading', { name: 'This proof does not hold' }).waitFor()
    await section.getByText('Let the machine that signs keep its time by NTP.').waitFor()
    expect(await barriers()).toBe('')
    await field.fill('{ "widget": "cs_pk_x", "identity": { "token": "good" } }')
    await section.getByRole('button', { name: 'Explain' }).click()
    await section.getByRole('heading', { name: 'This proof holds' }).waitFor()
    await section.getByText('c_netflix').waitFor()
    expect(await barriers()).toBe('')
  })

  it('finds a vendor’s format, says what it proves and what it leaves said, and switches to it', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    const section = page.getByRole('region', { name: 'Format of the proof' })
    await section.getByLabel('Find a vendor or a field').fill('intercom')
    const choices = section.getByRole('radio')
    await expect.poll(() => choices.count()).toBe(3)
    await section.getByLabel('Find a vendor or a field').press('Tab')
    await page.keyboard.press('ArrowDown')
    await section.getByRole('heading', { name: 'Intercom, HMAC of user_id' }).waitFor()
    expect(await section.locator('.trust-hmac').allInnerTexts()).toEqual(['Your id'])
    await section.getByText('for ever: a leaked hash is good until the secret is retired').waitFor()
    expect(await barriers()).toBe('')
    await section.getByRole('button', { name: 'Use this format' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Use this format' }).click()
    await expect.poll(() => app.profile).toBe('intercom-hmac')
    await section.getByLabel('Find a vendor or a field').fill('helpcrunch')
    await section.getByRole('radio', { name: 'HelpCrunch' }).check({ force: true })
    await section.getByText('Its proof is not a MAC.').waitFor()
    expect(await section.getByRole('button', { name: 'Use this format' }).count()).toBe(0)
  })

  it('carries a rotation through: the next key, its share, a date, taken back, and now', async () => {
    const [app] = world().widgets
    const keys = world().secrets.get(app.id)
    await enter(`/widgets/${app.id}/identity`)
    const row = (kid: string) => page.locator('.secret-row', { hasText: kid })
    await row('prod-2027').getByText('Accepted, and nobody has been proven with it yet').waitFor()
    expect(await row('prod-2026').innerText()).toContain('97%')
    await row('prod-2026').getByRole('button', { name: 'Retire… prod-2026' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByText('and made 97% of the valid proofs').waitFor()
    await dialog.getByLabel('First day without it').fill('2020-01-01')
    expect(await dialog.getByRole('button', { name: 'Set the date' }).isDisabled()).toBe(true)
    await dialog.getByLabel('First day without it').fill('2099-02-03')
    expect(await barriers()).toBe('')
    await dialog.getByRole('button', { name: 'Set the date' }).click()
    await row('prod-2026').getByText(/Retires\s+Feb 3, 2099/).waitFor()
    await row('k3').getByRole('button', { name: 'Change… k3' }).click()
    await dialog.getByLabel('Not at all').check()
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    await row('k3').getByText('In use').waitFor()
    await row('prod-2027').getByRole('button', { name: 'Retire… prod-2027' }).click()
    await dialog.getByRole('button', { name: 'Retire now' }).click()
    await page.locator('summary', { hasText: '2 retired' }).waitFor()
    expect(keys.filter((one: { state: string }) => one.state === 'retired')).toHaveLength(2)
  })

  it('takes over a secret that the back end signs with already, and never shows it', async () => {
    await enter(`/widgets/${world().widgets[0].id}/identity`)
    await page.getByRole('button', { name: 'Create a secret' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('I sign with one already').check()
    await dialog.getByRole('button', { name: 'Take it over' }).click()
    await dialog.getByText('Paste the secret.').waitFor()
    await dialog.getByLabel('The secret that your back end signs with').fill('correct horse battery staple, and more')
    expect(await barriers()).toBe('')
    await dialog.getByRole('button', { name: 'Take it over' }).click()
    await page.getByText('The secret is taken over.').waitFor()
    expect(await page.content()).not.toContain('battery staple')
  })

  it('takes over a secret for the algorithm that the back end signs with, where the format has several', async () => {
    const [app] = world().widgets
    Object.assign(app, { profile: 'tiledesk' })
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('button', { name: 'Create a secret' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('HS256').isChecked()).toBe(true)
    await dialog.getByLabel('HS512').check()
    expect(await barriers()).toBe('')
    await dialog.getByLabel('I sign with one already').check()
    await dialog.getByLabel('The secret that your back end signs with').fill('correct horse battery staple, and more')
    await dialog.getByRole('button', { name: 'Take it over' }).click()
    await page.getByText('signs tokens (HS512)').waitFor()
    expect(world().secrets.get(app.id)[0].algorithm).toBe('HS512')
  })

  it('is given the id that the vendor’s tokens name, and says what is none', async () => {
    const [app] = world().widgets
    Object.assign(app, { profile: 'onesignal' })
    await enter(`/widgets/${app.id}/identity`)
    const field = page.getByLabel('Your app id at OneSignal')
    const save = page.locator('form').filter({ has: field }).getByRole('button', { name: 'Save' })
    await field.fill('https://onesignal.com/apps/0a1b')
    await save.click()
    await page.getByText('without an address around it').waitFor()
    expect(await barriers()).toBe('')
    await field.fill(' 0a1b2c3d ')
    await save.click()
    await page.getByText('Tokens are now expected for this.').waitFor()
    expect(app.audience).toBe('0a1b2c3d')
    await field.fill('')
    await save.click()
    await expect.poll(() => app.audience).toBe(null)
  })

  it('accepts the hash of NotificationAPI’s Python package where that format is used, and nowhere else', async () => {
    const [app, site] = world().widgets
    app.profile = 'notificationapi'
    await enter(`/widgets/${site.id}/identity`)
    await page.getByRole('region', { name: 'Format of the proof' }).waitFor()
    const allow = page.getByRole('switch', { name: 'Accept its hash, which is no HMAC' })
    expect(await allow.count()).toBe(0)
    await go(`/widgets/${app.id}/identity`)
    await allow.click()
    await expect.poll(() => app.allow_python_hash).toBe(true)
    expect(await barriers()).toBe('')
  })

  it('takes the keys that are published, says when they cannot be fetched, and lets go of them', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('button', { name: 'Set the URL' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('JWKS URL').fill('http://inside/jwks.json')
    await dialog.getByRole('button', { name: 'Fetch and take it' }).click()
    await dialog.getByText('give an `https://` URL').waitFor()
    expect(await barriers()).toBe('')
    await dialog.getByLabel('JWKS URL').fill('https://id.corvid.example/jwks.json')
    await dialog.getByRole('button', { name: 'Fetch and take it' }).click()
    await page.getByText('The published keys are taken.').waitFor()
    await page.getByText('idp-7').waitFor()
    await page.getByText('1 not taken').click()
    await page.getByText('It is for encryption.').waitFor()

    Object.assign(world().jwks.get(app.id), { fault: 'it answered 503 instead of 200', failing_since: new Date(Date.now() - 7_200_000).toISOString() })
    await page.reload()
    await page.getByText('It cannot be fetched since 2 hours ago').waitFor()
    await page.getByText('It answered 503 instead of 200.').waitFor()
    await page.getByText('idp-7').waitFor()
    expect(await barriers()).toBe('')

    await page.locator('section').filter({ has: page.getByRole('heading', { name: 'Keys that you publish' }) }).getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove the URL' }).click()
    await page.getByText('The published keys are no longer taken.').waitFor()
    await page.getByRole('button', { name: 'Set the URL' }).waitFor()
  })

  it('lists proofs that were seen at several places, and marks the page that is not its own', async () => {
    const [app, site] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    const list = page.locator('.replays')
    await list.getByText('opened 62 sessions').waitFor()
    expect(await list.getByText('not one of this widget’s origins').count()).toBe(1)
    expect(await list.getByRole('listitem').filter({ hasText: 'corvid-login' }).first().innerText()).toContain('14')
    expect(await barriers()).toBe('')
    await list.getByRole('link').first().click()
    await expect.poll(path).toBe(`/contacts/${world().contacts[1].id}`)
    await go(`/widgets/${site.id}/identity`)
    await page.getByText('Each such proof came from one browser').waitFor()
  })

  it('voids what was signed until now, after asking', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('switch', { name: 'Accept each token only once' }).click()
    await expect.poll(() => app.single_use_tokens).toBe(true)
    await page.getByRole('button', { name: 'Void old proofs…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Void old proofs' }).click()
    await page.getByText('Everything signed until now is void.').waitFor()
    expect(Math.abs(Date.now() - Date.parse(app.proofs_valid_from))).toBeLessThan(60_000)
    expect(await barriers()).toBe('')
  })

  it('lets an agent look and not change', async () => {
    const [app] = world().widgets
    await go('/sign-in')
    await fillSignIn('ines@corvid.example', PASSWORD)
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    await go(`/widgets/${app.id}`)
    await page.getByText('Your role may look at these settings.').waitFor()
    expect(await page.getByRole('switch', { name: 'Allow anonymous visitors' }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Add origin' }).isDisabled()).toBe(true)
    expect(await barriers()).toBe('')
    await go(`/contacts/${world().contacts.find((one: { trust: string }) => one.trust === 'jwt').id}`)
    await page.getByRole('heading', { name: 'What is known' }).waitFor()
    expect(await page.getByRole('button', { name: 'Let a hash prove them again…' }).count()).toBe(0)
  })

  it('shows a secret once, and only lets go of it when it is stored', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('button', { name: 'Create a secret' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Create a secret' }).click()
    const secret = await page.getByRole('dialog').locator('.secret code').textContent()
    expect(secret).toMatch(/^cs_idj_/)
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    expect(await page.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true)
    expect(await barriers()).toBe('')
    await page.getByLabel('I have stored it').check()
    await page.getByRole('button', { name: 'Done' }).click()
    await expect.poll(() => page.getByText(secret ?? '').count()).toBe(0)
    await page.getByText(`ends in ${secret?.slice(-4)}`).waitFor()
  })

  it('keeps a private key on the page, and shows the server’s answer at the field', async () => {
    const [app] = world().widgets
    await enter(`/widgets/${app.id}/identity`)
    await page.getByRole('button', { name: 'Register a public key' }).click()
    const field = page.getByLabel('Public key, PEM or JWK')
    const calls: string[] = []
    page.on('request', (request) => request.method() === 'POST' && calls.push(request.url()))
    await field.fill('-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('This is a private key.').waitFor()
    expect(calls).toEqual([])
    await field.fill('nonsense')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('neither a PEM public key nor a JWK').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('The public key is registered.').waitFor()
  })
})

describe('settings', () => {
  it('creates and revokes an API key', async () => {
    await enter('/settings/keys')
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Create a key' }).click()
    await page.getByText('Give the key a name').waitFor()
    await page.getByLabel('Name').fill('Importer')
    await page.getByRole('dialog').getByRole('button', { name: 'Create a key' }).click()
    await page.getByText('cs_sk_live_').waitFor()
    await page.getByLabel('I have stored it').check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Revoke “Importer”?' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('The key is revoked.').waitFor()
    await page.getByRole('row', { name: /Importer/ }).getByText('Revoked').waitFor()
  })

  it('pages through the audit log', async () => {
    world().audit[0].actor = { kind: 'unknown', id: null }
    await enter('/settings/audit')
    await page.getByRole('row').nth(1).getByText('Not signed in').waitFor()
    expect(await page.getByRole('row').count()).toBe(51)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => page.getByRole('row').count()).toBe(101)
    expect(await barriers()).toBe('')
  })
})

describe('notifications', () => {
  it('say what became of each, and one that waits is cancelled', async () => {
    await enter('/notifications')
    const row = page.getByRole('row', { name: /invoice_ready/ })
    await page.getByText('the contact has turned this off').first().waitFor()
    await row.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).last().click()
    await row.getByText('Cancelled').waitFor()
  })

  it('go to many with a bar that moves by itself, and one that runs is stopped', async () => {
    await enter('/notifications/broadcasts')
    await page.getByLabel('To', { exact: true }).selectOption('incidents')
    await page.getByLabel('Parameters, JSON').fill('{')
    await page.getByRole('button', { name: 'Send…' }).click()
    await page.getByText('This is not a JSON object.').waitFor()
    await page.getByLabel('Parameters, JSON').fill('{"id":7}')
    await page.getByRole('button', { name: 'Send…' }).click()
    await page.getByText('all subscribers of incidents').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Send' }).click()
    const bar = page.getByRole('progressbar', { name: /to incidents/ })
    await page.getByText('2 of 4').waitFor()
    expect(await bar.getAttribute('value')).toBe('2')
    await page.getByText('4 of 4').waitFor()
    await page.getByText('Done').waitFor()
    await page.getByText('1 not reached').waitFor()
    await page.getByLabel('To', { exact: true }).selectOption('')
    await page.getByRole('button', { name: 'Send…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Send' }).click()
    await page.getByText('50,000 of 100,000').waitFor()
    expect(await barriers()).toBe('')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped', { exact: true }).waitFor()
    expect(world().broadcasts[1].to).toEqual({ topic: 'incidents' })
  })

  it('have types that are made, written, tried and removed; a template that does not parse is refused in words', async () => {
    await enter('/notifications/types')
    await page.getByRole('button', { name: 'Create a type' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('order_shipped')
    await page.getByRole('dialog').getByRole('button', { name: 'Create a type' }).click()
    await page.getByText('There is a type of this name already.').waitFor()
    await page.getByRole('dialog').getByLabel('Name').fill('seat_free')
    await page.getByRole('dialog').getByRole('button', { name: 'Create a type' }).click()
    await page.getByRole('heading', { name: 'seat_free', level: 1 }).waitFor()
    await page.getByLabel('Title', { exact: true }).fill('Free seats')
    await page.getByLabel('Title in the feed').fill('A seat {{ number')
    await page.getByRole('checkbox', { name: 'Email' }).check()
    await page.getByLabel('At most').fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Give both numbers, or none.').waitFor()
    await page.getByLabel('in so many seconds').fill('60')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Line 1, column 17').waitFor()
    await page.getByText('Not saved: a text is no template.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('inapp.title')
    await page.getByLabel('Title in the feed').fill('Seat {{ number }} is free')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The type is saved.').waitFor()
    expect(world().types.find((one: { name: string }) => one.name === 'seat_free').settings).toMatchObject({ title: 'Free seats', channels: ['inapp', 'email'], throttle: { most: 3, seconds: 60 }, templates: { inapp: { title: 'Seat {{ number }} is free' }, email: null } })
    await page.getByRole('button', { name: 'Send the test' }).click()
    await page.getByText('Choose a contact.').waitFor()
    await page.getByRole('combobox', { name: 'Search contacts' }).fill('ali')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send the test' }).click()
    await page.getByRole('region', { name: 'Send a test' }).getByRole('row', { name: /seat_free.*channel not configured/ }).waitFor()
    expect(world().sent[0]).toMatchObject({ type: 'seat_free', contact: world().contacts[0].id })
    expect(await barriers()).toBe('')
    await page.getByRole('button', { name: 'Remove the type' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove the type' }).click()
    await page.getByText('The type is removed.').waitFor()
    expect(path()).toBe('/notifications/types')
  })

  it('are seen as they will be while they are written, and what is missing is named', async () => {
    await enter('/notifications/types/comment_added')
    const feed = page.getByRole('figure', { name: 'Preview: In the feed' })
    await feed.getByText('who commented on title').waitFor()
    await page.getByLabel('Example parameters').fill('{"who": "Ines <b>", "board": {"id": 7}}')
    await page.getByText('No example for board.title, name.').waitFor()
    await feed.getByText('Ines <b> commented on').waitFor()
    await page.getByRole('button', { name: 'Add them' }).click()
    expect(JSON.parse(await page.getByLabel('Example parameters').inputValue())).toEqual({ who: 'Ines <b>', board: { id: 7, title: 'title' }, name: 'name' })
    await feed.getByText('/boards/7').waitFor()
    await page.getByLabel('Title in the feed').fill('{{ who')
    await page.getByText('Line 1, column 7').waitFor()
    await feed.getByText('The last text that worked').waitFor()
    await page.getByLabel('Example parameters').fill('[1]')
    await page.getByText('This is not a JSON object.').first().waitFor()
    expect(await barriers()).toBe('')
  })

  it('have a text for each channel that is chosen; what is written for another stays', async () => {
    await enter('/notifications/types/order_shipped')
    const texts = page.getByRole('region', { name: 'Texts' })
    expect(await texts.getByRole('region', { name: 'On the phone' }).count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Phone' }).check()
    await texts.getByRole('region', { name: 'On the phone' }).getByLabel('Title of the notification').fill('Order {{ number }}')
    await page.getByLabel('Text of the message').fill('Your order {{ number }} has left.')
    await page.getByText('No example for number.').waitFor()
    await page.getByRole('button', { name: 'Add them' }).click()
    await page.getByRole('figure', { name: 'Preview: Text message' }).getByText('Your order number has left.').waitFor()
    await page.getByRole('figure', { name: 'Preview: On the phone' }).getByText('Order number').waitFor()
    expect(await barriers()).toBe('')
    await page.getByRole('checkbox', { name: 'Phone' }).uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The type is saved.').waitFor()
    expect(world().types.find((one: { name: string }) => one.name === 'order_shipped').settings).toMatchObject({ channels: ['inapp', 'sms'], templates: { sms: { message: 'Your order {{ number }} has left.' }, mobile_push: { title: 'Order {{ number }}' }, slack: null } })
  })

  it('show an email in a frame that runs nothing, asks nobody and leads nowhere', async () => {
    const asked: string[] = []
    await page.route(/^https:/, (route) => (asked.push(route.request().url()), route.abort()))
    await enter('/notifications/types/comment_added')
    const html = '<style>p { color: rgb(1, 2, 3) }</style><p onclick="top.hacked = 1">Good morning</p><script>top.hacked = 1</script><img src="https://tracker.example/x.png" onerror="top.hacked = 1"><a href="/dashboard/">away</a><meta http-equiv="refresh" content="0;url=https://evil.example"><link rel="stylesheet" href="https://evil.example/x.css"><form action="/dashboard/v1/x"><button>Send</button></form>'
    await page.getByLabel('HTML of the email').fill(html)
    const email = page.frameLocator('.paper')
    await email.getByText('Good morning').click()
    expect(await email.locator('p').evaluate((one) => getComputedStyle(one).color)).toBe('rgb(1, 2, 3)')
    await email.getByRole('link').click()
    await email.getByRole('button').click()
    await page.waitForTimeout(300)
    await email.getByText('Good morning').waitFor()
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(asked).toEqual([])
    expect(complaints.splice(0).filter((one) => !/Content Security Policy|sandbox/i.test(one))).toEqual([]) // The browser says what it keeps the email from.
  })

  it('of a contact are shown as the contact sees them, and chosen for only on purpose', async () => {
    await enter(`/contacts/${world().contacts[0].id}`)
    const theirs = page.getByRole('region', { name: 'Notifications' })
    await theirs.getByText('2 unread').waitFor()
    await theirs.getByText('Ines Duarte commented on "Q4 plan" (unread)').waitFor()
    await theirs.getByText('One more was put away.').waitFor()
    await theirs.getByRole('row', { name: /comment_added/ }).first().waitFor()
    expect(await theirs.getByRole('combobox').count()).toBe(0)
    await theirs.getByRole('button', { name: 'Change on their behalf' }).click()
    await theirs.getByRole('combobox', { name: 'Comments: Email' }).selectOption('Weekly')
    await theirs.getByRole('button', { name: 'Done' }).click()
    await theirs.getByText('Weekly').waitFor()
    expect(await barriers()).toBe('')
  })
})

describe('every page', () => {
  it.each(['light', 'dark'] as const)('has no barrier in %s, also when it is empty', async (colorScheme) => {
    await enter('/inbox')
    await page.emulateMedia({ colorScheme })
    const { widgets, contacts, conversations } = world()
    const paths = ['/inbox', `/inbox/${conversations[0].id}`, `/inbox/${conversations[4].id}`, `/inbox/${conversations[5].id}`, '/contacts', `/contacts/${contacts[0].id}`, `/contacts/${contacts[1].id}`, '/notifications', '/notifications/broadcasts', '/notifications/types', '/notifications/types/order_shipped', '/refusals', '/widgets', `/widgets/${widgets[1].id}`, `/widgets/${widgets[0].id}/identity`, '/settings/members', '/settings/keys', '/nowhere']
    for (const one of paths) {
      await go(one)
      await page.waitForLoadState('networkidle')
      expect(`${one} ${await barriers()}`).toBe(`${one} `)
    }
    await control('empty')
    for (const one of ['/inbox', '/contacts', '/notifications', '/notifications/broadcasts', '/notifications/types', '/refusals', `/widgets/${widgets[0].id}/identity`, '/settings/keys', '/settings/audit']) {
      await go(one)
      await page.waitForLoadState('networkidle')
      expect(`${one} ${await barriers()}`).toBe(`${one} `)
    }
  }, 180_000)
})
