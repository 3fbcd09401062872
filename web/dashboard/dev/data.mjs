// The mock's world: one organization with people who proved themselves, people who only said so, and one who lies.

let counter = 0
/** Ids as the server makes them: a prefix and 26 characters, the same in every run. */
export function id(prefix) {
  counter += 1
  return `${prefix}_01kafe${counter.toString(32).padStart(20, '0')}`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function world(now = Date.now()) {
  counter = 0
  const iso = (before) => new Date(now - before).toISOString()
  const members = [
    { id: id('mem'), name: 'Sam Okafor', email: 'sam@corvid.example', role: 'owner' },
    { id: id('mem'), name: 'Ines Duarte', email: 'ines@corvid.example', role: 'agent' },
    { id: id('mem'), name: 'Jonas Lind', email: 'jonas@corvid.example', role: 'agent' },
    { id: id('mem'), name: 'Priya Raman', email: 'priya@corvid.example', role: 'admin' },
  ]
  const [sam, ines, jonas] = members
  const widgets = makeWidgets(iso)
  const [app, site] = widgets

  const contacts = []
  const conversations = []
  const messages = new Map()
  const sessions = new Map()

  const contact = ({ trust, fields, company = null, flags = [], seen = HOUR, created = 40 * DAY, bound = true }) => {
    const one = {
      id: id('con'),
      trust,
      flags,
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, [value, provenance]]) => [name, { value, provenance, at: iso(created - HOUR) }]),
      ),
      company: company && { id: id('cmp'), external_id: company[0], name: company[1] },
      created_at: iso(created),
      last_seen_at: iso(seen),
      merged_into: null,
    }
    contacts.push(one)
    sessions.set(one.id, [
      { id: id('ses'), trust, bound, created_at: iso(seen + 2 * HOUR), last_used_at: iso(seen), expires_at: iso(-DAY), widget: (trust === 'anonymous' ? site : app).id },
    ])
    return one
  }

  const talk = (who, lines, { state = 'open', assignee = null, unread = 0, visitorSeen } = {}) => {
    const one = { id: id('cnv'), state, contactId: who.id, assignee: assignee && { id: assignee.id, name: assignee.name }, created_at: '', seen: { visitor: 0, member: 0 } }
    const list = lines.map(([before, author, text, trust], index) => ({
      id: id('msg'),
      conversation: one.id,
      seq: index + 1,
      client_id: null,
      text,
      author:
        author === 'visitor'
          ? { kind: 'visitor', id: who.id, name: who.fields.name?.value ?? null, trust: trust ?? who.trust }
          : author === 'system'
            ? { kind: 'system', id: null, name: null, trust: null }
            : { kind: 'member', id: author.id, name: author.name, trust: null },
      created_at: iso(before),
    }))
    one.created_at = list[0]?.created_at ?? iso(HOUR)
    one.seen = { visitor: visitorSeen ?? list.length, member: list.length - unread }
    conversations.push(one)
    messages.set(one.id, list)
    return one
  }

  const alice = contact({
    trust: 'jwt',
    fields: { name: ['Alice Chesterton', 'proven'], email: ['alice@netflix.example', 'proven'], id: ['U234328', 'proven'], company_name: ['Netflix', 'proven'], company_id: ['C256434', 'proven'], phone: ['+1 408 555 0114', 'set'] },
    company: ['C256434', 'Netflix'],
    seen: 2 * MINUTE,
  })
  sessions.get(alice.id).push({ id: id('ses'), trust: 'jwt', bound: false, created_at: iso(3 * DAY), last_used_at: iso(5 * HOUR), expires_at: iso(-2 * HOUR), widget: app.id })
  talk(
    alice,
    [
      [26 * HOUR, 'visitor', 'Hi, I am comparing plans. Does the Team plan include single sign-on?', 'anonymous'],
      [26 * HOUR - 6 * MINUTE, sam, 'It does: SAML and OpenID Connect, both without extra cost.'],
      [25 * HOUR, 'visitor', 'Perfect, we just upgraded. I am signed in now.', 'jwt'],
      [25 * HOUR - MINUTE, 'visitor', 'One more thing: our invoice still shows the old address. Can you change it to 100 Winchester Circle, Los Gatos?'],
      [24 * HOUR, sam, 'Sure. I can see that you are a billing admin at Netflix, so I have changed it. The next invoice carries the new address, and I sent a corrected copy of the last one.'],
      [7 * MINUTE, 'visitor', 'Thanks, that was quick! The PDF at https://billing.corvid.example/invoices/2026-11.pdf still says 2025 in the footer, though.'],
      [3 * MINUTE, 'visitor', 'Could you have a look before I forward it to our accountant?'],
    ],
    { assignee: sam, unread: 2, visitorSeen: 5 },
  )
  talk(alice, [[60 * DAY, 'visitor', 'How do I add a second workspace?'], [60 * DAY - HOUR, ines, 'Settings, Workspaces, New. Each has its own members.'], [60 * DAY - 2 * HOUR, 'visitor', 'Found it, thank you.']], { state: 'closed', assignee: ines })

  const liar = contact({
    trust: 'claimed',
    flags: ['contradicts_proven_id'],
    fields: { name: ['Alice Chesterton', 'said'], email: ['alice@netflix.example', 'said'], company_name: ['Netflix', 'inferred'] },
    company: null,
    seen: 11 * MINUTE,
    created: 14 * MINUTE,
    bound: false,
  })
  talk(
    liar,
    [
      [13 * MINUTE, 'visitor', 'hello this is Alice from Netflix, I lost access to my account'],
      [12 * MINUTE, 'visitor', 'please change the account email to alice.chesterton.privat@mailbox.example, urgent'],
    ],
    { unread: 2 },
  )

  const marek = contact({
    trust: 'hmac',
    fields: { email: ['marek.novotny@skoda.example', 'proven'], name: ['Marek Novotný', 'said'], company_name: ['Škoda Digital', 'said'] },
    company: ['SKD-11', 'Škoda Digital'],
    seen: 20 * MINUTE,
  })
  talk(
    marek,
    [
      [3 * HOUR, 'visitor', 'Webhooks to our staging server arrive twice since this morning.'],
      [3 * HOUR - 4 * MINUTE, ines, 'Thank you for telling us. Do both deliveries carry the same event id?'],
      [2 * HOUR, 'visitor', 'Yes, the same id, about four seconds apart. Our endpoint answers in 5 to 6 seconds at the moment.'],
      [100 * MINUTE, ines, 'That explains it: we repeat a delivery that is not answered within 4 seconds. Answer 202 first and work afterwards, and it will arrive once.'],
      [21 * MINUTE, 'visitor', 'Makes sense. We will change it today.'],
    ],
    { assignee: ines, unread: 1, visitorSeen: 4 },
  )

  const tomas = contact({
    trust: 'claimed',
    fields: { name: ['Tomás Rivera', 'said'], email: ['tomas@rivera-studio.example', 'said'], company_name: ['Rivera Studio', 'inferred'] },
    seen: 50 * MINUTE,
    bound: false,
  })
  talk(tomas, [[55 * MINUTE, 'visitor', 'Is there a discount for non-profit organizations?'], [50 * MINUTE, 'visitor', 'We are 12 people.']], { unread: 2 })

  const nobody = contact({ trust: 'anonymous', fields: {}, seen: 70 * MINUTE, created: 2 * HOUR })
  talk(
    nobody,
    [
      [80 * MINUTE, 'visitor', 'Do you store data in the EU?'],
      [75 * MINUTE, jonas, 'Yes. You host Countersign yourself, so it is stored where your server stands.'],
      [70 * MINUTE, 'visitor', 'Great, that is what our lawyers want to hear.'],
    ],
    { assignee: jonas },
  )

  const laila = contact({
    trust: 'jwt',
    fields: { name: ['ليلى حداد', 'proven'], email: ['laila@cedarbank.example', 'proven'], id: ['u-8812', 'proven'], company_name: ['Cedar Bank', 'proven'] },
    company: ['cedar', 'Cedar Bank'],
    seen: 4 * HOUR,
  })
  talk(
    laila,
    [
      [5 * HOUR, 'visitor', 'مرحبًا، كيف يمكنني تصدير سجل التدقيق لآخر ٩٠ يومًا؟'],
      [4.8 * HOUR, sam, 'Hello Laila! Settings, Audit log, Export. The file carries a signed checkpoint, so that your auditor can check that nothing is missing.'],
      [4.5 * HOUR, 'visitor', 'ممتاز، شكرًا جزيلًا.'],
    ],
    { assignee: sam },
  )

  const longTalk = contact({
    trust: 'jwt',
    fields: { name: ['Wei Zhang', 'proven'], email: ['wei@northwind.example', 'proven'], id: ['4471', 'proven'], company_name: ['Northwind', 'proven'] },
    company: ['nw', 'Northwind'],
    seen: 6 * HOUR,
  })
  talk(
    longTalk,
    Array.from({ length: 140 }, (_, index) => [
      9 * HOUR - index * MINUTE,
      index % 3 === 1 ? ines : 'visitor',
      index % 3 === 1 ? `Step ${index + 1} is done on our side; please try again.` : `Here is the log of try ${index + 1}: the import stopped at row ${index * 137 + 12}.`,
    ]),
    { assignee: ines },
  )

  const names = ['Ada Moreau', 'Bram de Wit', 'Chiara Conti', 'Dmitri Sokolov', 'Elif Kaya', 'Femi Adeyemi', 'Greta Holm', 'Hugo Martín', 'Isla Fraser', 'Jae-won Park', 'Katja Weber', 'Liam Byrne', 'Mina Farsi', 'Noor Ali', 'Oskar Nowak', 'Paula Reis']
  const companies = ['Acme Robotics', 'Globex', 'Initech', 'Umbra Labs', 'Hooli', 'Vandelay']
  const asks = ['Can two people edit the same board?', 'The export button is greyed out for me.', 'How long are deleted files kept?', 'We need an invoice with our VAT number.', 'Is there an API for bulk invitations?', 'Dark mode forgets my choice.', 'Can I move a project between workspaces?', 'The Slack notification came an hour late.']
  for (let index = 0; index < 64; index += 1) {
    const name = `${names[index % names.length]}${index >= names.length ? ` ${'ABCD'[Math.floor(index / names.length)]}.` : ''}`
    const company = companies[index % companies.length]
    const slug = name.toLowerCase().normalize('NFD').replace(/[^a-z]+/g, '.').replace(/\.$/, '')
    const trust = ['jwt', 'jwt', 'hmac', 'jwt', 'claimed', 'jwt', 'anonymous', 'jwt'][index % 8]
    const proof = trust === 'claimed' ? 'said' : 'proven'
    const who = contact({
      trust,
      fields: trust === 'anonymous' ? {} : { name: [name, trust === 'hmac' ? 'said' : proof], email: [`${slug}@${company.toLowerCase().replaceAll(' ', '')}.example`, proof], company_name: [company, trust === 'jwt' ? 'proven' : 'said'] },
      company: trust === 'anonymous' ? null : [`c-${index % 6}`, company],
      seen: (index + 8) * HOUR,
      created: (index + 3) * DAY,
    })
    const at = (index + 8) * HOUR
    talk(who, [[at + 9 * MINUTE, 'visitor', asks[index % asks.length]], ...(index % 2 ? [[at, [sam, ines, jonas][index % 3], 'Thank you for asking. Let me find out and come back to you today.']] : [])], {
      state: index % 5 === 4 ? 'closed' : 'open',
      assignee: index % 2 ? [sam, ines, jonas][index % 3] : null,
      unread: 0,
    })
  }

  return { withheld: [], now, members, widgets, contacts, conversations, messages, sessions, secrets: makeSecrets(iso, app, site), jwks: new Map(), replays: new Map([[app.id, makeReplays(iso, contacts)]]), refusals: makeRefusals(iso, app, site), coverage: makeCoverage, types: makeTypes(), ...makeFeeds(iso), sent: makeSent(iso, contacts), broadcasts: [], topics: [{ topic: 'incidents', subscribers: 4 }], apiKeys: makeKeys(iso), audit: makeAudit(iso, members, app, alice), organization: { id: id('org'), name: 'Corvid Labs' }, environment: 'live' }
}

function makeWidgets(iso) {
  const widget = (name, key, rest) => ({
    id: id('wgt'),
    name,
    public_key: key,
    environment: 'live',
    profile: 'countersign',
    mode: 'enforce',
    anonymous: false,
    allow_bearer: false,
    origins: ['https://app.corvid.example', 'https://admin.corvid.example'],
    proofs_valid_from: null,
    audience: null,
    single_use_tokens: false,
    allow_python_hash: false,
    appearance: { accent: '#2f5d50', title: 'Corvid support', greeting: 'Hello! Ask us anything, we usually answer within an hour.' },
    snippet: snippet(key),
    created_at: iso(200 * 86_400_000),
    ...rest,
  })
  return [
    widget('Product app', 'cs_pk_live_8Jd2mXo4Qn7sVtYbKcRe', {}),
    widget('Public website', 'cs_pk_live_Zr5pLw9TgHa3uNfEiC1k', {
      profile: 'woes-hmac',
      mode: 'observe',
      anonymous: true,
      allow_bearer: true,
      origins: [],
      appearance: { accent: '#8a4fff', title: 'Corvid', greeting: 'Questions before you sign up?' },
    }),
  ]
}

function snippet(key) {
  return `<script async src="https://widget.corvid.example/sdk/countersign.js"></script>
<script>
  window.Countersign = window.Countersign || function () { (Countersign.q = Countersign.q || []).push(arguments) };
  Countersign('boot', {
    widget: '${key}',
    identity: async ({ jkt }) => ({ token: await fetch('/countersign-token?jkt=' + jkt).then(r => r.text()) }),
  });
</script>`
}

function makeReplays(iso, contacts) {
  const day = 86_400_000
  const seen = (contact, networks, browsers, origins, many) => ({ contact: contact.id, networks, browsers, origins, many, first_at: iso(20 * day), last_at: iso(day / 8) })
  return [
    seen(contacts[1], 14, 9, ['https://app.corvid.example', 'https://corvid-login.example'], 62),
    seen(contacts[0], 3, 2, ['https://app.corvid.example'], 41),
  ]
}

function makeSecrets(iso, app, site) {
  const day = 86_400_000
  const one = (rest) => ({ id: id('ids'), profile: 'countersign', mode: 'jwt', kind: 'shared', algorithm: rest.kind === 'public' ? 'ES256' : 'HS256', state: 'next', share: 0, first_used_at: null, last_used_at: null, retire_at: null, retired_at: null, ...rest })
  return new Map([
    [
      app.id,
      [
        one({ kind: 'public', kid: 'prod-2027', hint: 'public key', created_at: iso(day / 6) }),
        one({ kind: 'public', kid: 'prod-2026', hint: 'public key', created_at: iso(88 * day), first_used_at: iso(86 * day), last_used_at: iso(40_000), share: 0.97, state: 'in_use' }),
        one({ kid: 'k3', hint: 'q7Xe', created_at: iso(212 * day), first_used_at: iso(211 * day), last_used_at: iso(2 * 3_600_000), share: 0.03, retire_at: iso(-6 * day), state: 'retiring' }),
        one({ kid: 'k2', hint: 'Lm0a', created_at: iso(390 * day), first_used_at: iso(389 * day), last_used_at: iso(93 * day), retired_at: iso(91 * day), state: 'retired' }),
      ],
    ],
    [site.id, []],
  ])
}

/** Seven days of a widget: the app is proven almost always, the site has some days of a broken back end behind it. */
function makeCoverage(widget, secrets, today) {
  const shape = widget.mode === 'enforce' ? [[212, 3, 0, 0], [240, 1, 0, 0], [198, 0, 0, 0], [251, 2, 0, 0], [263, 0, 0, 0], [96, 0, 0, 0], [131, 1, 0, 0]] : [[0, 0, 61, 40], [12, 30, 44, 38], [34, 22, 31, 45], [71, 4, 12, 41], [80, 1, 3, 52], [33, 0, 0, 19], [41, 0, 0, 22]]
  const kinds = ['valid', 'invalid', 'missing', 'anonymous']
  const days = shape.map((counts, index) => ({ date: new Date(today - (6 - index) * 86_400_000).toISOString().slice(0, 10), ...Object.fromEntries(kinds.map((kind, n) => [kind, counts[n]])) }))
  const totals = Object.fromEntries(kinds.map((kind) => [kind, days.reduce((sum, day) => sum + day[kind], 0)]))
  const all = kinds.reduce((sum, kind) => sum + totals[kind], 0)
  const refused = totals.invalid + totals.missing + (widget.anonymous ? 0 : totals.anonymous)
  const [first, second] = secrets.filter((one) => one.share > 0)
  const by_key = first ? [{ key: first.id, many: totals.valid - 40 }, { key: second?.id ?? 'jwks:2026-11', many: 40 }] : [{ key: 'jwks:site-1', many: totals.valid }]
  const by_reason = [{ reason: 'expired', many: Math.ceil(totals.invalid * 0.7) }, { reason: 'signature', many: Math.floor(totals.invalid * 0.3) }]
  const sentence = widget.mode === 'enforce' ? `Enforced: ${refused} of ${all} attempts of the last 7 days do not pass, most of them because the proof does not hold (\`expired\`).` : `Not yet safe to enforce: ${refused} of ${all} attempts of the last 7 days would have been refused, most of them because the page sends no proof.`
  return { since: `${days[0].date}T00:00:00Z`, totals, by_key, by_reason, days, verdict: { safe_to_enforce: refused === 0, sentence, would_be_refused: refused } }
}

function makeRefusals(iso, app, site) {
  const minute = 60_000
  // Clauses without a full stop, as the server's explainer writes them.
  const one = (before, widget, reason, cause, mend, origin, many = 1) => ({ many, reference: id('req'), at: iso(before), widget: widget.id, reason, cause, mend, origin })
  return [
    one(4 * minute, app, 'expired', 'the token expired 31 s ago', 'ask your back end for a fresh token each time the `identity` callback is called; do not keep one in the page', 'https://app.corvid.example'),
    one(38 * minute, site, 'signature', 'the key was taken as text and should have been hex-decoded', 'in Node: `Buffer.from(secret, "hex")`; in Python: `bytes.fromhex(secret)`', 'https://www.corvid.example'),
    one(65 * minute, app, 'unknown_key', 'the proof is made with key `k2`, which is retired', 'use the newest secret of the widget', 'https://admin.corvid.example'),
    one(3 * 60 * minute, app, 'audience', '`aud` is "cs_pk_test_Jt5…", and this widget\'s public key is "cs_pk_live_8Jd2mXo4Qn7sVtYbKcRe"', 'sign with the live widget\'s key and secret on the live site', 'https://app.corvid.example'),
    one(22 * 60 * minute, app, 'lifetime', 'the token lives for 86400 s; at most 900 are accepted', 'sign with an expiry of ten minutes; the widget asks again before it runs out', null, 37),
  ]
}

const MAIL = `<table width="100%" cellpadding="0" style="background:#f4f4f1;font-family:sans-serif">
  <tr><td align="center" style="padding:24px">
    <table width="420" style="background:#fff;border-radius:8px">
      <tr><td style="padding:24px">
        <h2 style="margin:0 0 8px;color:#1c3d2e">Hello {{ name }},</h2>
        <p style="line-height:1.5">{{ who }} commented on <b>{{ board.title }}</b>.</p>
        <a href="https://app.example.com/boards/{{ board.id }}" style="display:inline-block;padding:10px 16px;border-radius:6px;background:#0b6549;color:#fff">Read it</a>
      </td></tr>
    </table>
  </td></tr>
</table>`

function makeTypes() {
  const one = (name, title, channels, rest = {}) => ({ name, settings: { title, channels, critical: false, offers: {}, templates: { inapp: { title: `<b>{{ who }}</b>: ${title}`, url: '/{{ path }}', image: null }, email: null, web_push: null, sms: null, call: null, mobile_push: null, slack: null }, deduplicate_seconds: null, throttle: null, retention_days: null, ...rest } })
  return [
    one('comment_added', 'Comments', ['inapp', 'email', 'web_push'], { templates: { inapp: { title: '<b>{{ who }}</b> commented on {{ board.title }}', url: '/boards/{{ board.id }}', image: null }, email: { subject: '{{ who }} commented on {{ board.title }}', html: MAIL }, web_push: { title: '{{ who }}', message: 'commented on {{ board.title }}', icon: null, url: null }, sms: null, call: null, mobile_push: null, slack: null } }),
    one('invoice_ready', 'Invoices', ['inapp', 'email'], { critical: true, retention_days: 730 }),
    one('order_shipped', 'Deliveries', ['inapp', 'sms'], { deduplicate_seconds: 300, throttle: { most: 5, seconds: 3600 } }),
  ]
}

function makeSent(iso, contacts) {
  const done = (channel, reason = null, state = reason ? 'skipped' : 'delivered', provenance = channel === 'email' && state !== 'skipped' ? 'proven' : null) => ({ channel, state, reason, provenance, at: iso(60_000) })
  const one = (minutes, type, contact, state, deliveries, due = minutes) => ({ id: id('ntf'), contact: contact.id, type, sub: null, state, due_at: iso(due * 60_000), created_at: iso(minutes * 60_000), deliveries })
  return [
    one(1, 'comment_added', contacts[0], 'sent', [done('inapp'), done('email'), done('web_push', 'the contact has no address there')]),
    one(4, 'invoice_ready', contacts[3], 'scheduled', [], -60 * 20),
    one(31, 'order_shipped', contacts[2], 'sent', [done('inapp'), done('sms', 'channel not configured')]),
    one(44, 'invoice_ready', contacts[1], 'sent', [done('inapp'), done('email', 'the mail server did not answer; it is tried again', 'queued', 'said')]),
    one(52, 'invoice_ready', contacts[5], 'sent', [done('inapp'), done('email', '550 no such mailbox', 'failed')]),
    one(58, 'comment_added', contacts[4], 'ignored', [done('inapp', 'the contact has turned this off'), done('email', 'the contact has turned this off'), done('web_push', 'the contact has turned this off')]),
    one(190, 'comment_added', contacts[0], 'cancelled', []),
  ]
}

/** Feeds and preferences by contact, made when they are first asked for; only the first two contacts have any. */
function makeFeeds(iso) {
  const [feeds, preferences] = [new Map(), new Map()]
  const item = (minutes, type, title, url, marks = {}) => ({ id: id('ntf'), type, sub: null, title, url, image: null, parameters: {}, replies: [], at: iso(minutes * 60_000), seen_at: null, opened_at: null, clicked_at: null, archived_at: null, ...marks })
  const way = (channel, delivery, offered = ['instant', 'off']) => ({ channel, delivery, offered })
  const kept = (store, make) => (contact) => {
    if (!store.has(contact.id)) store.set(contact.id, store.size < 2 ? make() : [])
    return store.get(contact.id)
  }
  return {
    feedOf: kept(feeds, () => [
      item(1, 'comment_added', '<b>Ines Duarte</b> commented on &quot;Q4 plan&quot;', '/boards/q4#c12'),
      item(31, 'order_shipped', 'Your order <b>A-1041</b> has left our warehouse in Rotterdam and should be with you on Tuesday', '/orders/A-1041'),
      item(26 * 60, 'invoice_ready', 'Invoice <b>2026-11</b> is ready', '/invoices/2026-11', { seen_at: iso(25 * 3_600_000), clicked_at: iso(25 * 3_600_000) }),
      item(60 * 60, 'comment_added', '<b>Sam</b> mentioned you', null, { seen_at: iso(50 * 3_600_000) }),
      item(90 * 60, 'comment_added', 'This one was put away', null, { seen_at: iso(80 * 3_600_000), archived_at: iso(80 * 3_600_000) }),
    ]),
    preferencesOf: kept(preferences, () => [
      { type: 'comment_added', title: 'Comments', critical: false, channels: [way('inapp', 'instant'), way('email', 'daily', ['instant', 'daily', 'weekly', 'off']), way('web_push', 'off')], subs: [{ name: 'q4', title: 'Board “Q4 plan”', channels: [way('inapp', 'instant'), way('email', 'off', ['instant', 'daily', 'weekly', 'off']), way('web_push', 'off')] }] },
      { type: 'invoice_ready', title: 'Invoices', critical: true, channels: [way('inapp', 'instant', ['instant']), way('email', 'instant', ['instant'])], subs: [] },
    ]),
  }
}

function makeKeys(iso) {
  const day = 86_400_000
  return [
    { id: id('key'), name: 'CRM import', hint: 'f3Qa', created_at: iso(90 * day), last_used_at: iso(2 * 3_600_000), revoked_at: null },
    { id: id('key'), name: 'Billing service', hint: '9xTz', created_at: iso(20 * day), last_used_at: null, revoked_at: null },
  ]
}

function makeAudit(iso, members, app, alice) {
  const [sam, ines, , priya] = members
  const kinds = [
    [sam, 'member.signed_in', null, null],
    [priya, 'identity_secret.created', app.id, { kid: 'prod-2026', kind: 'public' }],
    [sam, 'widget.changed', app.id, { mode: ['observe', 'enforce'] }],
    [ines, 'contact.sessions_ended', alice.id, { sessions: 2 }],
    [priya, 'api_key.created', 'key', { name: 'Billing service' }],
    [ines, 'conversation.closed', 'cnv', null],
    [null, 'refusals.counted', app.id, { reason: 'expired', count: 214 }],
  ]
  return Array.from({ length: 120 }, (_, index) => {
    const [who, action, target, detail] = kinds[index % kinds.length]
    return {
      id: id('aud'),
      at: iso(index * 47 * 60_000 + 5 * 60_000),
      actor: who ? { kind: 'member', id: who.id } : { kind: 'system', id: null },
      action,
      target,
      detail,
    }
  })
}
