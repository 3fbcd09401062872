// The small pure pieces: layout of a thread, links, origins, contrast, references, times.
import { describe, expect, it } from 'vitest'
import type { Message, Trust } from '../src/contract.ts'
import { Typing } from '../src/live/typing.ts'
import { arranged } from '../src/pages/inbox/arrange.ts'
import { pieces } from '../src/pages/inbox/linked.tsx'
import { reasonInWords } from '../src/pages/reason.ts'
import { formats as listed } from '../dev/formats.mjs'
import type { Formats, NotificationSettings } from '../src/contract.ts'
import { settingsIn } from '../src/pages/notifications/settings-in.ts'
import { objectIn, withExamples } from '../src/pages/notifications/example.ts'
import { matching } from '../src/pages/widgets/profile.tsx'
import { percent } from '../src/pages/widgets/coverage.tsx'
import { presentedIn } from '../src/pages/widgets/presented.ts'
import { referenceIn } from '../src/pages/refusals.tsx'
import { detailText } from '../src/pages/settings/audit.tsx'
import { contrast, inkOn, rgbOf } from '../src/pages/widgets/contrast.ts'
import { isLower } from '../src/pages/widgets/mode.tsx'
import { modesOf, wrongWith } from '../src/pages/widgets/new-secret.tsx'
import { checkOrigin } from '../src/pages/widgets/origin.ts'
import { localPath } from '../src/router.tsx'
import { initials } from '../src/trust/avatar.tsx'
import { asSentence } from '../src/ui/sentence.tsx'
import { ago } from '../src/ui/time.tsx'
import { shownRows } from '../src/ui/window.ts'

const formats = listed as Formats

describe('arranged', () => {
  const NOW = new Date('2026-03-02T12:00:00Z')
  const message = (seq: number, minute: number, kind: 'visitor' | 'member', trust: Trust | null = null): Message => ({
    id: `m${seq}`,
    conversation: 'c',
    seq,
    client_id: null,
    text: '',
    author: { kind, id: kind, name: null, trust },
    created_at: new Date(Date.UTC(2026, 2, 2, 10, minute)).toISOString(),
  })
  const kinds = (messages: Message[], readBefore = 99) =>
    arranged(messages, readBefore, NOW).map((part) => (part.kind === 'group' ? `group ${part.messages.length}` : part.kind === 'trust' ? `trust ${part.trust}` : part.kind))

  it('joins messages of one author that are close in time', () => {
    expect(kinds([message(1, 0, 'visitor', 'jwt'), message(2, 1, 'visitor', 'jwt'), message(3, 2, 'member'), message(4, 9, 'member')])).toEqual(['day', 'group 2', 'group 1', 'group 1'])
  })
  it('draws a line where the proof changes, also within one author', () => {
    expect(kinds([message(1, 0, 'visitor', 'anonymous'), message(2, 1, 'visitor', 'jwt'), message(3, 2, 'member'), message(4, 3, 'visitor', 'claimed')])).toEqual(['day', 'group 1', 'trust jwt', 'group 1', 'group 1', 'trust claimed', 'group 1'])
  })
  it('draws no line while the proof stays', () => {
    expect(kinds([message(1, 0, 'visitor', 'jwt'), message(2, 1, 'member'), message(3, 2, 'visitor', 'jwt')])).toEqual(['day', 'group 1', 'group 1', 'group 1'])
  })
  it('marks the first unread message of the visitor once', () => {
    expect(kinds([message(1, 0, 'visitor', 'jwt'), message(2, 1, 'visitor', 'jwt'), message(3, 2, 'visitor', 'jwt')], 1)).toEqual(['day', 'group 1', 'new', 'group 2'])
  })
  it('keeps every message exactly once', () => {
    const many = Array.from({ length: 60 }, (_, n) => message(n + 1, n * 3, n % 4 ? 'visitor' : 'member', n % 4 ? (['jwt', 'hmac', 'claimed'] as const)[n % 3] ?? null : null))
    const seqs = arranged(many, 20, NOW).flatMap((part) => (part.kind === 'group' ? part.messages.map((m) => m.seq) : []))
    expect(seqs).toEqual(many.map((m) => m.seq))
  })
})

describe('pieces', () => {
  const cases: [string, string, (string | null)[]][] = [
    ['none', 'no link', [null]],
    ['a sentence’s end', 'see https://a.example/x.', [null, 'https://a.example/x', null]],
    ['brackets', '(http://a.example)', [null, 'http://a.example/', null]],
    ['a script', 'javascript:alert(1)', [null]],
    ['data', 'data:text/html,x', [null]],
    ['two', 'https://a.example https://b.example', ['https://a.example/', null, 'https://b.example/']],
    ['no host', 'https://', [null]],
  ]
  it.each(cases)('%s', (_, text, hrefs) => {
    expect(pieces(text).map((piece) => piece.href)).toEqual(hrefs)
    expect(pieces(text).map((piece) => piece.text).join('')).toBe(text)
  })
})

describe('checkOrigin', () => {
  const good: [string, string][] = [
    ['https://app.example.com', 'https://app.example.com'],
    ['  HTTPS://App.Example.com/ ', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['https://app.example.com:8443', 'https://app.example.com:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ]
  it.each(good)('takes %s', (typed, origin) => expect(checkOrigin(typed, [])).toEqual({ origin, error: null }))
  const wrong: [string, string][] = [
    ['', 'Enter an origin'],
    ['app.example.com', 'Begin with https://'],
    ['ftp://app.example.com', 'Begin with https://'],
    ['http://app.example.com', 'Use https://'],
    ['https://*.example.com', 'Wildcards'],
    ['https://app.example.com/login', 'Did you mean https://app.example.com?'],
    ['https://app.example.com?x=1', 'no path'],
    ['https://user@app.example.com', 'no user name'],
    ['https://', 'not an origin'],
    ['https://taken.example', 'already in the list'],
  ]
  it.each(wrong)('refuses %s', (typed, part) => {
    const check = checkOrigin(typed, ['https://taken.example'])
    expect(check.origin).toBeNull()
    expect(check.error).toContain(part)
  })
})

describe('contrast', () => {
  it('is 21 for black on white and 1 for white on white', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
    expect(contrast([255, 255, 255], [255, 255, 255])).toBeCloseTo(1)
  })
  it.each([
    ['#ffffff', '#171a20'],
    ['#ffe600', '#171a20'],
    ['#000000', '#ffffff'],
    ['#2f5d50', '#ffffff'],
  ])('on %s writes in %s', (accent, ink) => expect(inkOn(rgbOf(accent) ?? [0, 0, 0]).ink).toBe(ink))
  it.each(['#fff', 'red', '#12345', '#1234567', ''])('takes no %s', (text) => expect(rgbOf(text)).toBeNull())
})

describe('referenceIn', () => {
  it.each([
    ['req_01h8z', 'req_01h8z'],
    ['  REQ_01H8Z ', 'req_01h8z'],
    ['We could not verify you. Reference: req_01abc.', 'req_01abc'],
    ['hello', null],
    ['request_12', null],
    ['', null],
  ])('%s', (text, expected) => expect(referenceIn(text)).toBe(expected))
})

describe('localPath', () => {
  it.each([
    ['/inbox', '/inbox'],
    ['/inbox/cnv_1?state=closed', '/inbox/cnv_1?state=closed'],
    ['//evil.example', undefined],
    ['/\\evil.example', undefined],
    ['/a\\b', undefined],
    ['https://evil.example', undefined],
    [7, undefined],
    ['', undefined],
  ])('%s', (value, expected) => expect(localPath(value)).toBe(expected))
})

describe('small words', () => {
  it.each([
    ['Alice Chesterton', 'AC'],
    ['alice', 'A'],
    ['alice.smith@x.example', 'A'],
    ['ليلى حداد', 'لح'],
    ['🦊 fox', '🦊F'],
    ['', '?'],
    [null, '?'],
  ])('initials of %s', (name, expected) => expect(initials(name)).toBe(expected))

  it.each([
    ['expired', 'The token has expired'],
    ['some_new_reason', 'Some new reason'],
  ])('reason %s', (reason, expected) => expect(reasonInWords(reason)).toBe(expected))

  it.each([
    ['the token expired 3 s ago', 'The token expired 3 s ago.'],
    ['`aud` is missing', '`aud` is missing.'],
    ['Already one.', 'Already one.'],
    ['', ''],
  ])('sentence %s', (clause, expected) => expect(asSentence(clause)).toBe(expected))

  it.each([
    [null, '—'],
    [{ mode: ['observe', 'enforce'], count: 2 }, 'mode: observe → enforce, count: 2'],
    [{ company: { id: 'c' } }, 'company: {"id":"c"}'],
    ['text', 'text'],
  ])('detail %j', (detail, expected) => expect(detailText(detail)).toBe(expected))

  it.each([
    ['off', 'observe', true],
    ['observe', 'enforce', true],
    ['enforce', 'observe', false],
    ['off', 'off', false],
  ] as const)('%s is lower than %s: %s', (to, from, expected) => expect(isLower(to, from)).toBe(expected))

  it.each([
    ['', false],
    ['-----BEGIN PRIVATE KEY-----', false],
    ['{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"secret"}', false],
    ['-----BEGIN PUBLIC KEY-----', true],
  ])('key %s may be sent: %s', (key, may) => expect(wrongWith(key) === null).toBe(may))

  it.each([
    ['countersign', ['jwt']],
    ['woes-hmac', ['hmac']],
    ['fogbender', ['jwt', 'hmac']],
  ])('secrets of %s', (profile, modes) => expect(modesOf(formats.profiles.find(({ name }) => name === profile)!)).toEqual(modes))

  it.each([
    ['intercom', ['intercom-jwt', 'intercom-hmac', 'intercom-hmac-email'], []],
    [' USERJWT ', ['fogbender'], []],
    ['helpcrunch', [], ['helpcrunch']],
    ['no such vendor', [], []],
  ])('formats with %s', (text, profiles, refused) => {
    const found = matching(formats, text)
    expect([found.profiles.map(({ name }) => name), found.refused.map(({ name }) => name)]).toEqual([profiles, refused])
  })

  const now = new Date('2026-03-02T12:00:00Z')
  it.each([
    [-10_000, 'just now'],
    [-60_000, '1 minute ago'],
    [-3 * 3_600_000, '3 hours ago'],
    [-2 * 86_400_000, '2 days ago'],
    [3 * 3_600_000, 'in 3 hours'],
    [-60 * 86_400_000, 'Jan 1, 2026'],
  ])('%d ms from now is %s', (span, expected) => expect(ago(new Date(now.getTime() + span), now)).toBe(expected))
})

describe('shownRows', () => {
  it.each([
    [0, 600, 1_000, { from: 0, to: 16 }],
    [7_600, 600, 1_000, { from: 92, to: 116 }],
    [75_400, 600, 1_000, { from: 984, to: 1_000 }],
    [0, 600, 3, { from: 0, to: 3 }],
    [900, 600, 0, { from: 0, to: 0 }],
  ])('at %d of %d, %d rows', (top, height, count, expected) => expect(shownRows(top, height, 76, count)).toEqual(expected))
})

describe('typing', () => {
  it('forgets after five seconds, or at once when the message is there', () => {
    const timers: { act: () => void; ms: number }[] = []
    const typing = new Typing((act, ms) => {
      timers.push({ act, ms })
      return () => {}
    })
    const author = { kind: 'visitor' as const, id: 'con_1', name: 'A' }
    typing.heard('cnv_1', author)
    typing.heard('cnv_1', author)
    expect(typing.snapshot()).toHaveLength(1)
    expect(timers[1]?.ms).toBe(5_000)
    timers[1]?.act()
    expect(typing.snapshot()).toEqual([])
    typing.heard('cnv_1', author)
    typing.forget('cnv_1', 'con_1')
    expect(typing.snapshot()).toEqual([])
  })
})

describe('a pasted proof', () => {
  const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'
  const five = 'eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn'
  it.each([
    [` ${jwt}\n`, 'userJWT', { userJWT: jwt }],
    [five, 'token', { token: five }],
    ['{"userId":"7","userIdHash":"x"}', null, { userId: '7', userIdHash: 'x' }],
    ['{"widget":"cs_pk_1","identity":{"token":"t","company":{"id":"1"}}}', 'token', { token: 't', company: { id: '1' } }],
  ])('%s', (text, field, presented) => expect(presentedIn(text, field)).toEqual({ presented, error: null }))
  it.each([
    ['', 'token', /Paste/],
    ['hello there', 'token', /neither/],
    [jwt, null, /has no token/],
    ["{ token: 'x' }", 'token', /not JSON/],
    ['{"id": 7}', 'token', /only texts/],
    ['{"company": {"id": null}}', 'token', /only texts/],
    [`{"a":"${'x'.repeat(20_000)}"}`, 'token', /longer/],
  ])('%s is told why not', (text, field, why) => expect(presentedIn(text, field).error).toMatch(why))
})

it.each([[0, '0%'], [0.004, '< 1%'], [0.5, '50%'], [0.996, '> 99%'], [1, '100%']])('a share of %d is %s', (share, said) => expect(percent(share)).toBe(said))

describe('the form of a notification type', () => {
  const before: NotificationSettings = { title: 'Old', channels: ['inapp'], critical: false, offers: { email: ['daily', 'off'] }, templates: { inapp: { title: 'x', url: null, image: '/i.png' }, email: null, web_push: null, sms: null, call: { message: 'x' }, mobile_push: null, slack: null }, deduplicate_seconds: null, throttle: null, retention_days: null }
  const form = (fields: Record<string, string>) => {
    const made = new FormData()
    for (const [name, value] of Object.entries({ title: 'New', 'channel.email': 'on', ...fields })) made.set(name, value)
    return made
  }
  it('keeps what it has no field for', () => {
    const { settings, wrong } = settingsIn(form({ 'inapp.title': 'Hello', 'call.message': 'Hello {{ name }}', retention: '30', most: '3', seconds: '60' }), before)
    expect(wrong).toEqual({})
    expect(settings).toEqual({ ...before, title: 'New', channels: ['email'], templates: { inapp: { title: 'Hello', url: null, image: '/i.png' }, email: null, web_push: null, sms: null, call: { message: 'Hello {{ name }}' }, mobile_push: null, slack: null }, retention_days: 30, throttle: { most: 3, seconds: 60 } })
  })
  it.each([
    [{ title: ' ' }, 'title'],
    [{ retention: '1.5' }, 'retention'],
    [{ deduplicate: '-1' }, 'deduplicate'],
    [{ most: '3' }, 'most'],
    [{ most: 'x', seconds: '60' }, 'most'],
  ])('%j is said at its field', (fields, where) => expect(Object.keys(settingsIn(form(fields), before).wrong)).toEqual([where]))
  it.each([['', {}], ['{"a":1}', { a: 1 }], ['[1]', null], ['{a:1}', null], ['null', null]])('parameters %s', (text, value) => expect(objectIn(text)).toEqual(value))
  it.each([
    [{}, ['name'], { name: 'name' }],
    [{ name: 'Ann' }, ['name', 'order.day'], { name: 'Ann', order: { day: 'day' } }],
    [{ order: { id: 7 } }, ['order.day.short'], { order: { id: 7, day: { short: 'short' } } }],
    [{ order: 'A-1' }, ['order.day'], { order: 'A-1' }],
    [{}, ['__proto__.x', 'toString'], { toString: 'toString' }],
    [{}, ['lines', 'tags'], { lines: [{ what: 'what', parts: [{ id: 'id' }] }], tags: ['tag'] }],
    [{ lines: [{ what: 'cup' }] }, ['line.price'], { lines: [{ what: 'cup', price: 'price' }] }],
    [{}, ['itself'], { itself: [['itself']] }],
  ])('%j with examples for %j', (before, missing, after) => {
    const text = '{% for line in lines %}{{ line.what }}{% for part in line.parts %}{{ part.id }}{% endfor %}{% endfor %}{% for tag in tags %}{{ tag }}{% endfor %}{% for itself in itself %}{% endfor %}'
    expect(withExamples(before, missing, [text])).toEqual(after)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})
