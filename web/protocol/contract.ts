//! The HTTP contract of /widget/v1, written by generate.mjs from openapi.json.

/** A page of a list. */
export type Page<Item> = { items: Item[]; next_cursor: string | null }

/** How a widget looks. */
export type Appearance = {
  /** The main colour, `#rrggbb`. */
  accent: string
  /** The first words to a new visitor, at most 300 characters. */
  greeting: string
  /** The heading of the window, at most 60 characters. */
  title: string
}

/** Who wrote a message. */
export type Author = {
  /** The contact, the member or, for members only, the secret key. */
  id?: string | null
  /** What sort of author. */
  kind: AuthorKind
  /** What they are called. */
  name?: string | null
  trust?: Trust | null
}

/** What sort of author wrote a message. */
export type AuthorKind = 'visitor' | 'member' | 'system'

/** What a list shows of a contact. */
export type Brief = {
  /** What its company is called. */
  company?: string | null
  /** Its email address. */
  email?: string | null
  /** What a member should know. */
  flags: Flag[]
  /** The contact. */
  id: Id
  /** Its name. */
  name?: string | null
  /** The most that was ever proven. */
  trust: Trust
}

/** What happens to some items; what is absent stays, `null` takes a mark away. */
export type ChangedItems = {
  archived_at?: Moment | null
  clicked_at?: Moment | null
  /** Which, at most 1,000. */
  ids: Id[]
  opened_at?: Moment | null
  seen_at?: Moment | null
}

/** A way to reach a person. */
export type Channel = 'inapp' | 'email' | 'web_push' | 'sms' | 'call' | 'mobile_push' | 'slack'

/** One choice. */
export type Choice = {
  /** The channel. */
  channel: Channel
  /** How often. */
  delivery: Delivery
  /** The sub-notification; the type itself without it. */
  sub?: string | null
  /** The type. */
  type: string
}

/** What holds for a channel, and what can be chosen. */
export type Choosable = {
  /** The channel. */
  channel: Channel
  /** What holds. */
  delivery: Delivery
  /** What can be chosen. */
  offered: Delivery[]
}

export type ContactBrief = {
  email?: string | null
  id: Id
  name?: string | null
}

/** A conversation as one side sees it. */
export type Conversation = {
  assignee?: MemberName | null
  /** Whose it is. */
  contact: Brief
  /** When it was opened. */
  created_at: Moment
  /** Its id. */
  id: Id
  last_message_at?: Moment | null
  /** The number of its last message; 0 when there is none. */
  last_seq: number
  preview?: Preview | null
  /** How far each side has seen it. */
  seen: Seen
  /** Whether anybody may still write. */
  state: State
  /** Messages of the other side that this side has not seen. */
  unread: number
}

/** How often a channel may be used. */
export type Delivery = 'instant' | 'off' | 'hourly' | 'daily' | 'weekly' | 'monthly'

/** What is known of a contact, field by field. */
export type Fields = Record<string, Known>

/** What a member should know about a contact. */
export type Flag = 'contradicts_proven_id'

/** A browser's subscription as it writes itself: `JSON.stringify(subscription)`. */
export type Given = {
  /** Where the browser's push service takes messages: an `https` URL of at most 2,000 */
  endpoint: string
  /** What messages are encrypted with. */
  keys: GivenKeys
}

/** What messages to a browser are encrypted with. */
export type GivenKeys = {
  /** 16 bytes in base64url. */
  auth: string
  /** A point of P-256, uncompressed, in base64url. */
  p256dh: string
}

/** How many items changed. */
export type HowMany = {
  /** Items that are different now. */
  changed: number
  /** Items neither seen nor put away. */
  unread: number
}

export type Id = string

/** The proof of the anonymous session that is joined. */
export type Join = {
  /** Its access token. */
  access_token: string
  /** Its key's proof for this call, if it is bound to one. */
  dpop?: string | null
}

/** A value and where it comes from. */
export type Known = {
  /** Since when. */
  at: Moment
  /** Where it comes from. */
  provenance: Provenance
  /** The value. */
  value: string
}

/** What a contact did with an item, and when. */
export type Marks = {
  actioned1_at?: Moment | null
  actioned2_at?: Moment | null
  archived_at?: Moment | null
  clicked_at?: Moment | null
  opened_at?: Moment | null
  seen_at?: Moment | null
}

/** The visitor's own contact. */
export type Me = {
  /** What is known, and where it comes from. */
  fields: Fields
  id: Id
  /** What was proven when this session was opened. */
  trust: Trust
}

/** A member and their name. */
export type MemberName = {
  /** The member. */
  id: Id
  /** What they are called. */
  name: string
}

/** A message as one side sees it. */
export type Message = {
  /** Who wrote it. */
  author: Author
  /** What the author's client calls it; `null` for the other side (C10). */
  client_id?: string | null
  /** Where it was written. */
  conversation: Id
  /** When. */
  created_at: Moment
  /** Its id. */
  id: Id
  /** Its number in the conversation, from 1 and without gaps (C3). */
  seq: number
  /** What was written. */
  text: string
}

/** What a missing or refused proof leads to. */
export type Mode = 'off' | 'observe' | 'enforce'

export type Moment = string

/** A message to write. */
export type NewMessage = {
  /** What the client calls it, 1 to 64 of the characters A-Z a-z 0-9 . _ : - */
  client_id: string
  /** 1 to 10,000 characters. */
  text: string
}

/** What a page sends to open a session. */
export type NewSession = {
  /** Exactly the fields of the widget's identity profile; absent for an anonymous visitor. */
  identity?: Record<string, unknown> | null
  join?: Join | null
  /** A public key of the browser, to which the session is bound. */
  key?: Record<string, unknown> | null
  /** Resumes an unproven contact in this browser. */
  visitor_token?: string | null
  /** The public key of the widget. */
  widget: string
}

/** Another proof of the same person. */
export type OtherProof = {
  /** Exactly the fields of the widget's identity profile, for the other identity. */
  identity: Record<string, unknown>
}

/** A conversation to open. */
export type OwnConversation = {
  /** What the client calls it, so that a retry opens no second one. */
  client_id?: string | null
  /** The first message. */
  text?: string | null
}

/** How the last message begins. */
export type Preview = {
  /** What sort of author wrote it. */
  author: AuthorKind
  /** Its first 120 characters. */
  text: string
}

export type ProfileFacts = {
  /** The fields that `identity` takes. */
  fields: string[]
  name: string
}

/** Where a field of a contact comes from; proven beats all, said comes last. */
export type Provenance = 'inferred' | 'said' | 'set' | 'proven'

/** The key that browsers subscribe to. */
export type PushKey = {
  /** `applicationServerKey`: a point of P-256, uncompressed, in base64url. */
  public_key: string
}

export type Renewal = {
  /** The refresh token, which is used up by this. */
  refresh_token: string
}

/** What a contact replied to an item. */
export type Reply = {
  /** When. */
  at: Moment
  /** What, at most 10,000 characters. */
  message: string
}

/** The last message that each side has seen. */
export type Seen = {
  /** By any member. */
  member: number
  /** By the contact. */
  visitor: number
}

/** How far a side has seen a conversation. */
export type SeenUpTo = {
  /** The number of the last message seen. */
  seq: number
}

export type SessionBrief = {
  /** When it ends at the latest. */
  expires_at: Moment
  id: Id
}

/** A browser where a contact is reached. */
export type Shown = {
  /** When it first came. */
  created_at: Moment
  /** The host of its push service. */
  host: string
  /** Its id. */
  id: Id
  last_used_at?: Moment | null
  /** When the browser last said that it is still there. */
  renewed_at: Moment
}

/** Whether anybody may still write. */
export type State = 'open' | 'closed'

/** The preferences for one sub-notification. */
export type SubPreference = {
  /** Each channel with what holds and what can be chosen. */
  channels: Choosable[]
  /** Which. */
  name: string
  /** What people see. */
  title: string
}

export type TicketShown = {
  /** Seconds that it lives. */
  expires_in: number
  /** Goes into `Sec-WebSocket-Protocol` beside `countersign.v1`, once. */
  ticket: string
}

/** The tokens of a session. */
export type Tokens = {
  /** Goes into `Authorization`. */
  access_token: string
  /** Whom it is for. */
  contact: ContactBrief
  /** Seconds that the access token lives. */
  expires_in: number
  /** Renews both tokens, once. */
  refresh_token: string
  /** The session. */
  session: SessionBrief
  /** `DPoP` when the session is bound to a key, else `Bearer`. */
  token_type: string
  /** What was proven. */
  trust: Trust
  /** Resumes an unproven visitor in this browser later. */
  visitor_token?: string | null
}

/** What was proven when a session was opened, from nothing to a signed token. */
export type Trust = 'anonymous' | 'claimed' | 'hmac' | 'jwt'

/** How many items are unread. */
export type Unread = {
  /** Items neither seen nor put away; 100,000 means that many or more. */
  unread: number
}

/** What the frame needs to know before it has a session. */
export type WidgetConfig = {
  allow_bearer: boolean
  anonymous: boolean
  appearance: Appearance
  mode: Mode
  profile: ProfileFacts
  widget: WidgetName
}

export type WidgetName = {
  name: string
}
