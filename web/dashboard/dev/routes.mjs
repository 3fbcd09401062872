// The mock's dashboard API: the routes of docs/protocol.md section 3 over the mock's world.
import { id } from './data.mjs'
import { formats } from './formats.mjs'

export class Refused extends Error {
  constructor(status, code, detail, headers = {}) {
    super(detail)
    Object.assign(this, { status, code, detail, headers })
  }
}

const missing = () => new Refused(404, 'not_found', 'there is nothing with this id')
const now = () => new Date().toISOString()

export function routes(state) {
  const { world, live } = state
  const find = (list, wanted) => list.find((one) => one.id === wanted) ?? fail()
  const fail = () => {
    throw missing()
  }
  const record = (me, action, target, detail = null) =>
    world.audit.unshift({ id: id('aud'), at: now(), actor: { kind: 'member', id: me.id }, action, target, detail })

  const conversation = (one) => {
    const who = world.contacts.find((c) => c.id === one.contactId)
    const list = world.messages.get(one.id)
    const last = list.at(-1)
    return {
      id: one.id,
      state: one.state,
      contact: { id: who.id, name: who.fields.name?.value ?? null, email: who.fields.email?.value ?? null, company: who.company?.name ?? who.fields.company_name?.value ?? null, trust: who.trust },
      assignee: one.assignee,
      last_seq: list.length,
      unread: list.filter((m) => m.author.kind === 'visitor' && m.seq > one.seen.member).length,
      seen: one.seen,
      preview: last ? { text: last.text.slice(0, 120), author: last.author.kind } : null,
      created_at: one.created_at,
      last_message_at: last?.created_at ?? null,
    }
  }
  const changed = (one) => live.push('conversation.changed', conversation(one))

  const write = (one, author, text, clientId = null) => {
    const list = world.messages.get(one.id)
    const message = { id: id('msg'), conversation: one.id, seq: list.length + 1, client_id: clientId, text, author, created_at: now() }
    list.push(message)
    live.push('message.created', message)
    return message
  }

  state.visitorSays = (conversationId, text, trust) => {
    const one = find(world.conversations, conversationId)
    const who = find(world.contacts, one.contactId)
    return write(one, { kind: 'visitor', id: who.id, name: who.fields.name?.value ?? null, trust: trust ?? who.trust }, text)
  }
  state.visitorTypes = (conversationId) => {
    const one = find(world.conversations, conversationId)
    const who = find(world.contacts, one.contactId)
    live.tell('typing', { conversation: one.id, author: { kind: 'visitor', id: who.id, name: who.fields.name?.value ?? null } })
  }
  state.visitorSees = (conversationId) => {
    const one = find(world.conversations, conversationId)
    one.seen = { ...one.seen, visitor: world.messages.get(one.id).length }
    changed(one)
  }
  state.refuse = () => {
    const first = world.refusals.at(-1)
    const one = { ...first, reference: id('req'), at: now() }
    world.refusals.unshift(one)
    live.push('refusal.recorded', { reference: one.reference })
    return one
  }

  const merges = new Map()
  const mergesOf = (survivor) => [...merges].filter(([merged]) => find(world.contacts, merged).merged_into === survivor).map(([, merge]) => merge)
  const brief = (one) => ({ id: one.id, name: one.fields.name?.value ?? null, email: one.fields.email?.value ?? null, trust: one.trust, flags: one.flags })
  const mayMerge = (survivor, merged) => {
    const both = [find(world.contacts, survivor), find(world.contacts, merged)]
    if (survivor === merged) throw new Refused(422, 'same_contact', 'a contact cannot be merged into itself')
    for (const one of both) if (one.merged_into) throw new Refused(409, 'contact_is_merged', `${one.id} was merged into ${one.merged_into}`)
    if (mergesOf(merged).length > 0) throw new Refused(409, 'contact_has_merged', 'others were merged into this contact: merge the other way round, or take those back first')
    return both
  }
  const parted = (me, action, into, from) => {
    record(me, action, from.id, into.id)
    for (const one of [into, from]) {
      world.sessions.set(one.id, [])
      live.push('contact.changed', { id: one.id })
    }
  }

  return [
    ['GET', '/me', ({ me }) => state.meOf(me)],
    ['GET', '/members', ({ page }) => page(world.members)],

    ['GET', '/conversations', ({ query, page, me }) => {
      const wanted = query.get('state') ?? 'open'
      const who = query.get('assignee')
      const contact = query.get('contact')
      const list = world.conversations
        .filter((c) => wanted === 'all' || c.state === wanted)
        .filter((c) => !contact || c.contactId === contact || find(world.contacts, c.contactId).merged_into === contact)
        .filter((c) => !who || (who === 'none' ? !c.assignee : c.assignee?.id === (who === 'me' ? me.id : who)))
        .map(conversation)
        .sort((a, b) => (b.last_message_at ?? b.created_at).localeCompare(a.last_message_at ?? a.created_at))
      return page(list)
    }],
    ['GET', '/conversations/:id', ({ at }) => conversation(find(world.conversations, at.id))],
    ['PATCH', '/conversations/:id', ({ at, body, me }) => {
      const one = find(world.conversations, at.id)
      only(body, ['state', 'assignee'])
      if (body.state) one.state = body.state
      if ('assignee' in body) {
        const to = body.assignee === null ? null : find(world.members, body.assignee)
        one.assignee = to && { id: to.id, name: to.name }
      }
      changed(one)
      if (body.state) record(me, `conversation.${body.state === 'closed' ? 'closed' : 'reopened'}`, one.id)
      return conversation(one)
    }],
    ['GET', '/conversations/:id/messages', ({ at, query, page }) => {
      find(world.conversations, at.id)
      const list = [...world.messages.get(at.id)]
      return page(query.get('order') === 'desc' ? list.reverse() : list)
    }],
    ['POST', '/conversations/:id/messages', ({ at, body, me }) => {
      only(body, ['client_id', 'text'])
      const one = find(world.conversations, at.id)
      const known = state.sent.get(`${one.id} ${body.client_id}`)
      if (known) return known
      if (one.state === 'closed') throw new Refused(409, 'conversation_closed', 'this conversation is closed; start a new one')
      if (typeof body.text !== 'string' || body.text.length < 1 || [...body.text].length > 10_000) throw new Refused(400, 'invalid_request', 'text has 1 to 10,000 characters')
      const message = write(one, { kind: 'member', id: me.id, name: me.name, trust: null }, body.text, body.client_id)
      state.sent.set(`${one.id} ${body.client_id}`, message)
      state.answered(one.id)
      return [201, message]
    }],
    ['PUT', '/conversations/:id/seen', ({ at, body }) => {
      const one = find(world.conversations, at.id)
      const seq = Math.min(Number(body.seq), world.messages.get(one.id).length)
      if (seq > one.seen.member) {
        one.seen = { ...one.seen, member: seq }
        changed(one)
      }
      return null
    }],
    ['POST', '/conversations/:id/typing', ({ at, me }) => {
      find(world.conversations, at.id)
      live.tell('typing', { conversation: at.id, author: { kind: 'member', id: me.id, name: me.name } })
      return null
    }],

    ['GET', '/contacts', ({ query, page }) => {
      const text = (query.get('query') ?? '').toLowerCase()
      const list = text
        ? world.contacts.filter((c) => c.id === text || c.fields.id?.value?.toLowerCase() === text || c.fields.email?.value === text || (c.fields.name?.value ?? '').toLowerCase().startsWith(text))
        : world.contacts.filter((c) => !c.merged_into).sort((a, b) => b.last_seen_at.localeCompare(a.last_seen_at))
      return page(list)
    }],
    ['GET', '/contacts/:id', ({ at }) => find(world.contacts, at.id)],
    ['PATCH', '/contacts/:id', ({ at, body, me }) => {
      only(body, ['fields'])
      const one = find(world.contacts, at.id)
      for (const [name, value] of Object.entries(body.fields)) {
        if (one.fields[name]?.provenance === 'proven') throw new Refused(409, 'field_is_proven', 'what is proven cannot be replaced')
        one.fields[name] = { value, provenance: 'set', at: now() }
      }
      record(me, 'contact.changed', one.id)
      live.push('contact.changed', { id: one.id })
      return one
    }],
    ['POST', '/contacts/:id/ratchet/reset', ({ at, me }) => {
      const one = find(world.contacts, at.id)
      record(me, 'contact.ratchet_reset', one.id, {})
      return Object.assign(one, { trust: 'hmac' })
    }],
    ['GET', '/contacts/:id/sessions', ({ at, page }) => page(world.sessions.get(find(world.contacts, at.id).id) ?? [])],
    ['DELETE', '/contacts/:id/sessions', ({ at, me }) => {
      const one = find(world.contacts, at.id)
      world.sessions.set(one.id, [])
      record(me, 'contact.sessions_ended', one.id)
      live.push('contact.changed', { id: one.id })
      return null
    }],
    ['GET', '/contacts/:id/merges', ({ at, page }) => page(mergesOf(find(world.contacts, at.id).id))],
    ['GET', '/contacts/:id/merges/preview', ({ at, query }) => {
      const [into, from] = mayMerge(at.id, query.get('contact'))
      const proven = [into, from].every((one) => ['hmac', 'jwt'].includes(one.trust))
      const warnings = [
        ['both_proven', proven],
        ['weaker_proof_stops', proven && into.trust !== from.trust],
        ['contradicts_proven_id', from.flags.length > 0],
        ['unproven', !['hmac', 'jwt'].includes(from.trust)],
      ]
      const sessions = [into, from].reduce((sum, one) => sum + (world.sessions.get(one.id)?.length ?? 0), 0)
      const order = ['anonymous', 'claimed', 'hmac', 'jwt']
      const demanded = order[Math.max(order.indexOf(into.trust), order.indexOf(from.trust))]
      return { survivor: brief(into), merged: brief(from), sessions, demanded, warnings: warnings.filter(([, holds]) => holds).map(([name]) => name) }
    }],
    ['POST', '/contacts/:id/merges', ({ at, body, me }) => {
      only(body, ['contact', 'reason'])
      const [into, from] = mayMerge(at.id, body.contact)
      from.merged_into = into.id
      merges.set(from.id, { contact: brief(from), at: now(), by: { kind: 'member', id: me.id }, reason: body.reason })
      parted(me, 'contact.merged', into, from)
      return [201, { items: mergesOf(into.id), next_cursor: null }]
    }],
    ['DELETE', '/contacts/:id/merges/:merged', ({ at, me }) => {
      const [into, from] = [find(world.contacts, at.id), find(world.contacts, at.merged)]
      if (from.merged_into !== into.id) throw new Refused(409, 'not_merged', 'this contact was not merged into that one')
      from.merged_into = null
      merges.delete(from.id)
      parted(me, 'contact.unmerged', into, from)
      return from
    }],

    ['GET', '/widgets', ({ page }) => page(world.widgets)],
    ['GET', '/widgets/:id', ({ at }) => find(world.widgets, at.id)],
    ['PATCH', '/widgets/:id', ({ at, body, me }) => {
      only(body, ['name', 'mode', 'profile', 'audience', 'anonymous', 'allow_bearer', 'origins', 'appearance', 'single_use_tokens', 'allow_python_hash', 'proofs_valid_from'])
      const one = find(world.widgets, at.id)
      if (/[^\w.-]/.test(body.audience ?? '')) throw new Refused(422, 'bad_audience', '`audience` is your app id at the vendor alone, without an address around it')
      Object.assign(one, body)
      record(me, 'widget.changed', one.id, body)
      return one
    }],
    ['GET', '/widgets/:id/coverage', ({ at }) => {
      const one = find(world.widgets, at.id)
      return world.coverage(one, world.secrets.get(one.id) ?? [], Date.now())
    }],
    ['GET', '/identity/formats', () => formats],
    ['POST', '/identity/explain', ({ body }) => {
      only(body, ['widget', 'presented'])
      find(world.widgets, body.widget)
      return explained(body.presented)
    }],
    ['GET', '/widgets/:id/identity_secrets', ({ at, page }) => page(world.secrets.get(find(world.widgets, at.id).id) ?? [])],
    ['POST', '/widgets/:id/identity_secrets', ({ at, body, me }) => {
      only(body, ['mode', 'algorithm', 'public_key', 'secret', 'kid'])
      const widget = find(world.widgets, at.id)
      if (body.public_key && !/BEGIN PUBLIC KEY|"kty"/.test(body.public_key)) throw new Refused(400, 'invalid_public_key', 'this is neither a PEM public key nor a JWK; paste the text from -----BEGIN PUBLIC KEY----- on')
      const list = world.secrets.get(widget.id)
      if (list.filter((s) => !s.retired_at).length >= 20) throw new Refused(409, 'too_many_secrets', 'at most 20 keys of a mode are active at a time; retire one first')
      const random = Array.from({ length: 43 }, () => 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'[Math.floor(Math.random() * 56)]).join('')
      const secret = body.public_key || body.secret ? null : `cs_idj_${random}`
      const made = { id: id('ids'), profile: widget.profile, mode: body.mode ?? 'jwt', kind: body.public_key ? 'public' : 'shared', algorithm: body.algorithm ?? (body.public_key ? 'ES256' : 'HS256'), kid: body.kid ?? `k${list.length + 2}`, hint: secret?.slice(-4) ?? 'public key', state: 'next', share: 0, created_at: now(), first_used_at: null, last_used_at: null, retire_at: null, retired_at: null }
      list.unshift(made)
      record(me, 'identity_secret.created', widget.id, { kid: made.kid })
      return [201, { ...made, secret }]
    }],
    ['PATCH', '/widgets/:id/identity_secrets/:secret', ({ at, body }) => {
      only(body, ['retire_at'])
      const one = find(world.secrets.get(find(world.widgets, at.id).id) ?? [], at.secret)
      return Object.assign(one, { retire_at: body.retire_at, state: body.retire_at ? 'retiring' : one.first_used_at ? 'in_use' : 'next' })
    }],
    ['DELETE', '/widgets/:id/identity_secrets/:secret', ({ at, me }) => {
      const one = find(world.secrets.get(find(world.widgets, at.id).id) ?? [], at.secret)
      Object.assign(one, { retired_at: now(), retire_at: null, state: 'retired' })
      record(me, 'identity_secret.retired', at.id, { kid: one.kid })
      return null
    }],

    ['GET', '/widgets/:id/jwks', ({ at }) => {
      const set = world.jwks.get(find(world.widgets, at.id).id)
      if (!set) throw new Refused(404, 'not_found', 'the widget has no JWKS URL')
      return set
    }],
    ['PUT', '/widgets/:id/jwks', ({ at, body, me }) => {
      only(body, ['url'])
      if (!/^https:\/\/[^@]+$/.test(body.url)) throw new Refused(422, 'bad_jwks', 'the JWKS URL: give an `https://` URL of at most 2,000 characters, without user and password')
      const made = { url: body.url, keys: [{ kid: 'idp-7', algorithm: 'ES256' }], skipped: [{ kid: 'enc-1', why: 'it is for encryption' }], fetched_at: now(), checked_at: now(), due_at: new Date(Date.now() + 600_000).toISOString(), fault: null, failing_since: null }
      world.jwks.set(find(world.widgets, at.id).id, made)
      record(me, 'jwks.set', at.id, {})
      return made
    }],
    ['DELETE', '/widgets/:id/jwks', ({ at, me }) => {
      world.jwks.delete(find(world.widgets, at.id).id)
      record(me, 'jwks.removed', at.id, {})
      return null
    }],
    ['GET', '/widgets/:id/replays', ({ at, page }) => page(world.replays.get(find(world.widgets, at.id).id) ?? [])],

    ['GET', '/notification_types', ({ page }) => page(world.types)],
    ['PUT', '/notification_types/:name', ({ at, body }) => {
      refuseBad(body.templates)
      const made = { name: at.name, settings: body }
      world.types = [...world.types.filter((one) => one.name !== at.name), made].sort((a, b) => (a.name < b.name ? -1 : 1))
      return made
    }],
    ['DELETE', '/notification_types/:name', ({ at }) => {
      world.types = world.types.filter((one) => one.name !== at.name)
      return null
    }],
    ['POST', '/notification_previews', ({ body }) => {
      only(body, ['title', 'templates', 'parameters'])
      refuseBad(body.templates)
      return filledIn(body)
    }],
    ['GET', '/notifications', ({ page, query }) => page(world.sent.filter((one) => [null, one.contact].includes(query.get('contact'))))],
    ['GET', '/contacts/:id/notifications', ({ at, page }) => page(world.feedOf(find(world.contacts, at.id)))],
    ['GET', '/contacts/:id/notifications/unread', ({ at }) => ({ unread: world.feedOf(find(world.contacts, at.id)).filter((one) => !one.seen_at && !one.archived_at).length })],
    ['GET', '/contacts/:id/notification_preferences', ({ at }) => ({ items: world.preferencesOf(find(world.contacts, at.id)), next_cursor: null })],
    ['PATCH', '/contacts/:id/notification_preferences', ({ at, body }) => {
      const items = world.preferencesOf(find(world.contacts, at.id))
      for (const { type, sub, channel, delivery } of body) {
        const preference = items.find((one) => one.type === type)
        const channels = sub ? preference.subs.find(({ name }) => name === sub).channels : preference.channels
        channels.find((one) => one.channel === channel).delivery = delivery
      }
      return { items, next_cursor: null }
    }],
    ['POST', '/notifications', ({ body }) => {
      find(world.contacts, body.to.contact)
      const { channels } = world.types.find((one) => one.name === body.type).settings
      const made = { id: id('ntf'), contact: body.to.contact, type: body.type, sub: null, state: 'sent', due_at: now(), created_at: now(), deliveries: channels.map((channel) => ({ channel, state: channel === 'inapp' ? 'delivered' : 'skipped', reason: channel === 'inapp' ? null : 'channel not configured', provenance: null, at: now() })) }
      world.sent.unshift(made)
      return [201, made]
    }],
    ['GET', '/notification_topics', ({ page }) => page(world.topics)],
    ['GET', '/broadcasts', ({ page }) => page(world.broadcasts)],
    ['POST', '/broadcasts', ({ body }) => {
      only(body, ['type', 'to', 'parameters'])
      const total = body.to === 'everybody' ? 100_000 : world.topics.find(({ topic }) => topic === body.to.topic).subscribers
      const made = { id: id('brc'), type: body.type, to: body.to, state: 'running', total, done: 0, skipped: 0, created_at: now(), changed_at: now() }
      world.broadcasts.unshift(made)
      const move = (done, state) => setTimeout(() => made.state === 'running' && live.push('broadcast.moved', Object.assign(made, { done, state, skipped: 1, changed_at: now() })), done === total ? 600 : 300)
      move(total / 2, 'running')
      if (total < 100) move(total, 'done') // a large one goes on for ever, so that it can be stopped
      return [202, made]
    }],
    ['DELETE', '/broadcasts/:id', ({ at }) => {
      live.push('broadcast.moved', Object.assign(find(world.broadcasts, at.id), { state: 'cancelled' }))
      return null
    }],
    ['GET', '/notifications/:id', ({ at }) => find(world.sent, at.id)],
    ['DELETE', '/notifications/:id', ({ at }) => {
      Object.assign(find(world.sent, at.id), { state: 'cancelled' })
      return null
    }],
    ['GET', '/refusals', ({ query, page }) => {
      const wanted = query.get('reference')
      return page(wanted ? world.refusals.filter((r) => r.reference === wanted) : world.refusals)
    }],
    ['GET', '/api_keys', ({ page }) => page(world.apiKeys)],
    ['POST', '/api_keys', ({ body, me }) => {
      only(body, ['name'])
      const secret = `cs_sk_live_${crypto.randomUUID().replaceAll('-', '')}Qe7`
      const made = { id: id('key'), name: body.name, hint: secret.slice(-4), created_at: now(), last_used_at: null, revoked_at: null }
      world.apiKeys.unshift(made)
      record(me, 'api_key.created', made.id, { name: made.name })
      return [201, { ...made, secret_key: secret }]
    }],
    ['DELETE', '/api_keys/:id', ({ at, me }) => {
      find(world.apiKeys, at.id).revoked_at = now()
      record(me, 'api_key.revoked', at.id)
      return null
    }],
    ['GET', '/audit_events', ({ page }) => page(world.audit)],
  ]
}

/** The mock's Liquid: a name between braces, and nothing else. */
function refuseBad(templates) {
  const texts = Object.entries(templates ?? {}).flatMap(([channel, of]) => Object.entries(of ?? {}).map(([name, text]) => [`templates.${channel}.${name}`, text]))
  const errors = texts.filter(([, text]) => /\{\{[^}]*$/.test(text ?? '')).map(([field, text]) => {
    const before = text.split('\n')
    return { field, line: before.length, column: before.at(-1).length + 1, detail: 'expected a filter or the end of the tag' }
  })
  if (errors.length === 0) return
  const refused = new Refused(422, 'bad_template', errors.map(({ field, line, column }) => `\`${field}\` is no template: line ${line}, column ${column}`).join('; '))
  throw Object.assign(refused, { errors })
}

function filledIn({ title, templates, parameters }) {
  const missing = new Set()
  const value = (path) => path.split('.').reduce((of, name) => of?.[name], parameters)
  const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const fill = (text, as) => (text ?? '').replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, path) => (value(path) === undefined && missing.add(path), as(value(path) ?? '')))
  const of = (texts, html) => texts && Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text === null ? null : fill(text, html.includes(name) ? escaped : String)]))
  const inapp = of(templates.inapp ?? { title, url: null, image: null }, ['title'])
  const rest = Object.fromEntries(['web_push', 'sms', 'call', 'mobile_push', 'slack'].map((channel) => [channel, of(templates[channel] ?? null, [])]))
  return { inapp, email: of(templates.email, ['html']), ...rest, missing: [...missing].sort(), notes: [] }
}

/** The mock knows two proofs: one that says good, and all others. */
function explained(presented) {
  if (/good/.test(JSON.stringify(presented))) {
    const fields = { id: 'u_alice', email: 'alice@netflix.example', name: 'Alice Chesterton', company_id: 'c_netflix' }
    return { outcome: 'accepted', reason: null, trust: 'jwt', fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value, provenance: name === 'company_id' ? 'said' : 'proven' }])), findings: [] }
  }
  const findings = [
    { cause: 'the token is signed with HS256 and the secret hex-decoded; this profile takes its text as the key', mend: 'sign with the text of the secret: in Node `createHmac("sha256", secret)`' },
    { cause: 'the clock of your back end is 312 s ahead', mend: 'let the machine that signs keep its time by NTP' },
  ]
  return { outcome: 'refused', reason: 'signature', trust: null, fields: {}, findings }
}

function only(body, known) {
  const stray = Object.keys(body ?? {}).find((name) => !known.includes(name))
  if (stray) throw new Refused(400, 'unknown_field', `the field ${stray} is not known here`)
}
