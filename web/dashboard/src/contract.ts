// What the server's dashboard routes and stream send and receive (docs/protocol.md, sections 1 to 3).

export type Trust = 'anonymous' | 'claimed' | 'hmac' | 'jwt'
export type Provenance = 'proven' | 'said' | 'set' | 'inferred'
export type Mode = 'off' | 'observe' | 'enforce'

export type Page<Item> = { items: Item[]; next_cursor: string | null }

export type Me = {
  member: { id: string; email: string; name: string; role: string }
  organization: { id: string; name: string }
  environment: 'live' | 'test'
  permissions: string[]
}

export type Member = { id: string; name: string; email: string; role: string }

export type ConversationContact = {
  id: string
  name: string | null
  email: string | null
  company: string | null
  trust: Trust
}

export type Conversation = {
  id: string
  state: 'open' | 'closed'
  contact: ConversationContact
  assignee: { id: string; name: string } | null
  last_seq: number
  unread: number
  seen: { visitor: number; member: number }
  preview: { text: string; author: AuthorKind } | null
  created_at: string
  last_message_at: string | null
}

export type AuthorKind = 'visitor' | 'member' | 'system'

export type Author = { kind: AuthorKind; id: string | null; name: string | null; trust: Trust | null }

export type Message = {
  id: string
  conversation: string
  seq: number
  client_id: string | null
  text: string
  author: Author
  created_at: string
}

export type Field = { value: string | null; provenance: Provenance; at: string | null }

export type Contact = {
  id: string
  trust: Trust
  flags: string[]
  fields: Record<string, Field>
  company: { id: string; external_id: string | null; name: string | null } | null
  created_at: string
  last_seen_at: string | null
  /** The contact that it is a part of. */
  merged_into: string | null
}

/** What a list shows of a contact. */
export type ContactBrief = { id: string; name: string | null; email: string | null; trust: Trust; flags: string[] }

export type MergedContact = {
  contact: ContactBrief
  at: string
  by: { kind: 'visitor' | 'member' | 'key' | 'system' | 'unknown'; id: string | null }
  reason: string
}

export type MergeWarning = 'both_proven' | 'weaker_proof_stops' | 'contradicts_proven_id' | 'unproven'

export type MergePreview = {
  survivor: ContactBrief
  merged: ContactBrief
  sessions: number
  demanded: Trust
  warnings: MergeWarning[]
}

export type ContactSession = {
  id: string
  trust: Trust
  bound: boolean
  created_at: string
  last_used_at: string | null
  expires_at: string
  widget: string
}

export type Appearance = { accent: string; title: string; greeting: string }

export type Widget = {
  id: string
  name: string
  public_key: string
  environment: 'live' | 'test'
  profile: string
  /** The vendor's id of the install, if proofs name that instead of the public key. */
  audience: string | null
  mode: Mode
  anonymous: boolean
  allow_bearer: boolean
  origins: string[]
  appearance: Appearance
  /** What was signed before proves nothing. */
  proofs_valid_from: string | null
  single_use_tokens: boolean
  /** Whether NotificationAPI’s Python package may prove users with its own hash. */
  allow_python_hash: boolean
  snippet: string
  created_at: string
}

export type WidgetChange = Partial<
  Pick<Widget, 'name' | 'mode' | 'profile' | 'audience' | 'anonymous' | 'allow_bearer' | 'origins' | 'appearance' | 'single_use_tokens' | 'allow_python_hash'>
> & { proofs_valid_from?: string }

/** A format that proofs may have: whose it is, what it proves, and what it does not. */
export type Format = {
  name: string
  vendor: string
  /** The vendor and what is signed. */
  title: string
  docs: string | null
  proves: string
  limits: string | null
  /** What of it no page or source of the vendor states. */
  inferred: string[]
  public_keys: string[]
  /** What the vendor calls the id that its tokens name the install by, where a widget can be given it. */
  audience: string | null
  modes: FormatMode[]
}

export type SecretMode = 'hmac' | 'jwt'

export type FormatMode = {
  mode: SecretMode
  /** The field of the page that carries the proof. */
  proof_field: string
  shares_secrets: boolean
  algorithms: string[]
  proven: string[]
  leaves_said: string[]
  /** In seconds; `null`: a proof may hold for ever. */
  lifetime: number | null
}

export type Formats = {
  profiles: Format[]
  refused: { name: string; vendor: string; why: string; reason: string }[]
}

export type IdentitySecret = {
  id: string
  profile: string
  mode: SecretMode
  kind: 'shared' | 'public'
  /** The one that it checks; `null` for a secret that seals. */
  algorithm: string | null
  kid: string
  hint: string
  /** Where it stands in its rotation; all but `retired` are accepted. */
  state: 'next' | 'in_use' | 'retiring' | 'retired'
  /** What part of the valid proofs of the last 7 days it made, from 0 to 1. */
  share: number
  created_at: string
  first_used_at: string | null
  last_used_at: string | null
  retire_at: string | null
  retired_at: string | null
}

export type NewIdentitySecret = { mode?: SecretMode; algorithm?: string; secret?: string; public_key?: string; kid?: string }

/** The keys that a customer publishes, as they were when they were last good. */
export type Jwks = {
  url: string
  keys: { kid: string; algorithm: string }[]
  /** Keys of the set that are for something else. */
  skipped: { kid: string; why: string }[]
  fetched_at: string
  checked_at: string
  /** From when on the next proof has them fetched again. */
  due_at: string
  fault: string | null
  failing_since: string | null
}

/** A proof without an end that was seen at several places. */
export type Replay = {
  contact: string
  browsers: number
  networks: number
  origins: string[]
  many: number
  first_at: string
  last_at: string
}

/** How many attempts to open a session there were of each kind. */
export type Totals = { valid: number; invalid: number; missing: number; anonymous: number }

export type Coverage = {
  since: string
  totals: Totals
  by_key: { key: string; many: number }[]
  by_reason: { reason: string; many: number }[]
  days: (Totals & { date: string })[]
  verdict: { safe_to_enforce: boolean; sentence: string; would_be_refused: number }
}

/** What the page sends as `identity`: texts, and objects of texts. */
export type Presented = Record<string, string | Record<string, string>>

export type Explanation = {
  outcome: 'accepted' | 'refused'
  reason: string | null
  trust: Trust | null
  fields: Record<string, { value: string; provenance: Provenance }>
  /** The likeliest first. */
  findings: { cause: string; mend: string }[]
}

export type Refusal = {
  reference: string
  at: string
  widget: string
  reason: string
  /** How many like it this one stands for. */
  many?: number
  cause: string | null
  mend: string | null
  origin: string | null
}

export type ApiKey = {
  id: string
  name: string
  hint: string | null
  created_at: string
  last_used_at: string | null
  revoked_at?: string | null
}

export type AuditEvent = {
  id: string
  at: string
  actor: { kind: string; id: string | null }
  action: string
  target: string | null
  detail: unknown
}

export type Frame =
  | { type: 'message.created'; cursor: string; data: Message }
  | { type: 'conversation.changed'; cursor: string; data: Conversation }
  | { type: 'contact.changed'; cursor: string; data: { id: string } }
  | { type: 'refusal.recorded'; cursor: string; data: { reference: string } }
  | { type: 'broadcast.moved'; cursor: string; data: Broadcast }
  | { type: 'typing'; cursor: null; data: { conversation: string; author: TypingAuthor } }
  | { type: 'ready'; cursor: string }
  | { type: 'resync'; cursor: string }

export type TypingAuthor = { kind: AuthorKind; id: string | null; name: string | null }

export type ProblemBody = {
  type: string
  title: string
  status: number
  code: string
  detail: string | null
  request_id: string | null
  errors?: FieldError[]
}

/** A field that is wrong, and where in its text; lines and columns count from 1. */
export type FieldError = { field: string; line: number; column: number; detail: string }

export type Channel = 'inapp' | 'email' | 'web_push' | 'sms' | 'call' | 'mobile_push' | 'slack'
export type Delivery = 'instant' | 'off' | 'hourly' | 'daily' | 'weekly' | 'monthly'

/** What a notification says on each channel, in Liquid. */
export type Templates = {
  inapp: { title: string; url: string | null; image: string | null } | null
  email: { subject: string; html: string } | null
  web_push: PushText | null
  sms: MessageText | null
  call: MessageText | null
  mobile_push: PushText | null
  slack: MessageText | null
}

export type PushText = { title: string; message: string; icon: string | null; url: string | null }
export type MessageText = { message: string }

/** What somebody is writing, with values to try it. */
export type Draft = { title: string; templates: Templates; parameters: Record<string, unknown> }

/** What a draft says, as it would be delivered. */
export type Preview = Templates & {
  /** Merge tags without a value; `a.b` is the `b` of `a`. */
  missing: string[]
  notes: string[]
}

export type NotificationSettings = {
  title: string
  channels: Channel[]
  critical: boolean
  offers: Partial<Record<Channel, Delivery[]>>
  templates: Templates
  deduplicate_seconds: number | null
  throttle: { most: number; seconds: number } | null
  retention_days: number | null
}

export type NotificationType = { name: string; settings: NotificationSettings }

/** A sending, with what became of it on each channel. */
export type Sent = {
  id: string
  contact: string
  type: string
  sub: string | null
  state: 'scheduled' | 'sent' | 'ignored' | 'cancelled'
  due_at: string
  created_at: string
  deliveries: Delivered[]
  notes?: string[]
}

/** The same news for many, and how far it is. */
export type Broadcast = {
  id: string
  type: string
  to: 'everybody' | { topic: string }
  state: 'running' | 'done' | 'cancelled' | 'failed'
  total: number
  done: number
  skipped: number
  created_at: string
  changed_at: string
}

/** A topic with how many have subscribed to it. */
export type Topic = { topic: string; subscribers: number }

export type NewBroadcast = { type: string; to: Broadcast['to']; parameters: Record<string, unknown> }

/** How a sending stands on one channel. */
export type Outcome = 'delivered' | 'queued' | 'held' | 'failed' | 'skipped'

/** What became of a sending on one channel. */
export type Delivered = {
  channel: Channel
  state: Outcome
  /** Why it was not delivered, or not yet. */
  reason: string | null
  /** How the address is known that it goes to, where there is one. */
  provenance: Provenance | null
  at: string
}

export type NewNotification = { type: string; to: { contact: string }; parameters: Record<string, unknown> }

/** An item of a contact's feed. */
export type FeedItem = {
  id: string
  type: string
  sub: string | null
  /** HTML in which every value was escaped. */
  title: string
  url: string | null
  at: string
  seen_at: string | null
  clicked_at: string | null
  archived_at: string | null
}

/** What holds for a channel, and what can be chosen. */
export type Choosable = { channel: Channel; delivery: Delivery; offered: Delivery[] }

export type Preference = {
  type: string
  title: string
  critical: boolean
  channels: Choosable[]
  subs: { name: string; title: string; channels: Choosable[] }[]
}

export type Choice = { type: string; sub?: string; channel: Channel; delivery: Delivery }
