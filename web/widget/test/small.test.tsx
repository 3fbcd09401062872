import { renderToStaticMarkup } from './markup.ts'
import { describe, expect, test } from 'vitest'
import { contrast, palette, read, type Colour } from '../src/colour.ts'
import { marksOf } from '../src/identity.ts'
import { Avatar, Text } from '../src/message.tsx'
import { plain, runs } from '@countersign/protocol/title'
import { tongueFor } from '../src/words.ts'

const jwt = (claims: object) => ['{}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')

test('one person is recognised whatever a token says of itself, and another never is', async () => {
  const alice = { sub: 'alice', email: 'a@b.example' }
  const one = await marksOf({ token: jwt({ ...alice, iat: 1, exp: 2, jti: 'a', cnf: { jkt: 'k' } }) })
  const two = await marksOf({ token: jwt({ ...alice, iat: 9, exp: 10, jti: 'b', cnf: { jkt: 'l' } }) })
  const moved = await marksOf({ token: jwt({ ...alice, email: 'new@b.example' }) })
  const bob = await marksOf({ token: jwt({ ...alice, sub: 'bob' }) })
  expect(one).toEqual(two)
  expect(moved!.subject).toBe(one!.subject)
  expect(moved!.facts).not.toBe(one!.facts)
  expect(bob!.subject).not.toBe(one!.subject)
})

test('what stands beside a token does not change whom it is about', async () => {
  const token = jwt({ sub: 'alice', name: 'Alice' })
  const plain = await marksOf({ token })
  const said = await marksOf({ token, name: 'Mallory', sub: 'bob' })
  expect(said!.subject).toBe(plain!.subject)
  expect((await marksOf({ token, company: { id: 'c', name: 'C' } }))!.facts).not.toBe(plain!.facts)
})

test.each([
  [{ userId: 'u1', userIdHash: 'x' }, { userId: 'u2', userIdHash: 'x' }],
  [{ email: 'a@b.example', email_hash: 'x' }, { email: 'c@b.example', email_hash: 'x' }],
  [{ userHMAC: 'x', userId: 'u1', customerId: 'c1' }, { userHMAC: 'x', userId: 'u1', customerId: 'c2' }],
  [{ jwt: 'a.b.c' }, { jwt: 'a.b.d' }],
  [{ token: '' }, { token: '..' }],
])('profiles without the native token tell people apart: %j', async (one, other) => {
  expect((await marksOf(one))!.subject).not.toBe((await marksOf(other))!.subject)
})

test('nobody has no marks', async () => expect(await marksOf(null)).toBeNull())

test('every accent is readable on both papers', () => {
  // As in style.css: paper, the other side's bubble, and how much of the accent a tint has.
  const grounds = {
    light: { paper: read('#ffffff')!, other: read('#f1f3f7')!, share: 0.1 },
    dark: { paper: read('#14171f')!, other: read('#222733')!, share: 0.16 },
  }
  const parts = ['00', '33', '66', '99', 'cc', 'ff']
  for (const r of parts) for (const g of parts) for (const b of parts) {
    const made = palette(`#${r}${g}${b}`)
    for (const mode of ['light', 'dark'] as const) {
      const { paper, other, share } = grounds[mode]
      const [accent, fill, on] = ['accent', 'fill', 'on-fill'].map((name) => read(made[`--${name}-${mode}`]!)!) as [Colour, Colour, Colour]
      const tint = paper.map((part, at) => part + (accent[at]! - part) * share) as Colour
      for (const ground of [paper, other, tint]) expect(contrast(accent, ground), `#${r}${g}${b} ${mode}`).toBeGreaterThanOrEqual(4.5)
      expect(contrast(on, fill)).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test.each(['', 'red', '#12', '#12345g', 'url(x)', '#123456;color:red'])('%j is no colour', (text) => expect(palette(text)).toEqual({}))

const links = (text: string) => [...renderToStaticMarkup(<Text text={text} />).matchAll(/href="([^"]*)"/g)].map((found) => found[1])

test.each([
  ['see https://example.com/a?b=1#c.', ['https://example.com/a?b=1#c']],
  ['(https://example.com/wiki/Rust_(language)), yes', ['https://example.com/wiki/Rust_(language)']],
  ['HTTP://EXAMPLE.COM! and https://b.example', ['HTTP://EXAMPLE.COM', 'https://b.example']],
  ['javascript:alert(1) data:text/html,x ftp://example.com', []],
  ['https://', []],
  ['https://bank.example@evil.example/', []],
  ['https://user:secret@evil.example/', []],
  ['https://evil.example/\u202egpj.exe', ['https://evil.example/']],
])('links of %j', (text, expected) => expect(links(text)).toEqual(expected))

test('a message is text, whatever is in it', () => {
  const hostile = '<img src=x onerror=alert(1)> &amp; "https://a.example/<script>"'
  const made = renderToStaticMarkup(<Text text={hostile} />)
  expect(made).not.toMatch(/<img|<script/)
  expect(made.replace(/<[^>]*>/g, '')).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(made).toContain('rel="noopener noreferrer nofollow ugc"')
})

test.each([['Sam Lee', 'SL'], ['Ann', 'A'], ['Ada B. Lovelace', 'AL'], ['🦀 Crab', '🦀C'], ['  ', null], [null, null]])('the letters of %j', (name, letters) => {
  const made = renderToStaticMarkup(<Avatar name={name} />)
  expect(made.includes('<svg')).toBe(letters === null)
  if (letters) expect(made).toContain(letters)
})

test.each([
  ['es-MX', 'es', 'es-MX'], ['ar', 'ar', 'ar'], ['en_GB', 'en', 'en-GB'], ['fr', 'es', 'es-ES'], ['not a language!', 'es', 'es-ES'], [null, 'es', 'es-ES'],
])('the language for %j', (locale, language, region) => {
  expect(tongueFor(locale, ['de', 'es-ES'])).toMatchObject({ language, region, isRtl: language === 'ar' })
})

test('numbers follow the rules of their language', () => {
  const { words } = tongueFor('ar', [])
  expect([1, 2, 3, 11].map((count) => words.unread(count)).map((text) => text.replace(/[\d٠-٩]+/, '#'))).toEqual([
    'رسالة واحدة غير مقروءة', 'رسالتان غير مقروءتين', '# رسائل غير مقروءة', '# رسالة غير مقروءة'])
  expect(tongueFor('en', []).words.left(1)).toBe('1 character left')
  expect(tongueFor('es', []).words.left(2)).toBe('Quedan 2 caracteres')
})

test('every language has every word, and none is left in English', () => {
  const en = tongueFor('en', []).words
  for (const language of ['es', 'ar']) {
    const { words } = tongueFor(language, [])
    expect(Object.keys(words)).toEqual(Object.keys(en))
    for (const [name, word] of Object.entries(words)) expect(word, `${language}.${name}`).not.toBe(en[name as keyof typeof en])
  }
})

describe('a title', () => {
  const said = (html: string) => runs(html).map(({ text, strong, em }) => `${strong ? '*' : ''}${em ? '_' : ''}${text}`)
  test.each([
    ['plain', ['plain']],
    ['<b>Bob</b> wrote', ['*Bob', ' wrote']],
    ['<strong>a <em>b</em></strong>', ['*a ', '*_b']],
    ['Tom &amp; Ann &lt;3 &#39;x&#x27; &nbsp;&unknown;', ["Tom & Ann <3 'x' \u00a0&unknown;"]],
    ['one<br>two<p>three</p>', ['one', '\n', 'two', '\n', 'three', '\n']],
    ['<script>alert(1)</script>x<style>b{}</style>', ['x']],
    ['<img src=x onerror=alert(1)>x', ['x']],
    ['a < b and </b></b> c', ['a < b and ', ' c']],
    ['<!-- no --><a href="javascript:1">link', ['link']],
    ['&#0;&#xFFFFFFF;&#1114112;', ['&#0;&#xFFFFFFF;&#1114112;']],
    ['<scr<script></script>ipt>x', ['<scr', 'ipt>x']],
  ])('%s', (html, expected) => expect(said(html)).toEqual(expected))
  test('takes no longer for being hostile', () => {
    const began = performance.now()
    for (const piece of ['<a', '<script', '<!--', '&#', '</b>', '<']) runs(piece.repeat(50_000))
    expect(performance.now() - began).toBeLessThan(2_000)
  })
  test('is read without its markup', () => expect(plain(' <p><b>A</b>&amp;B</p><p>C</p> ')).toBe('A&B C'))
})
