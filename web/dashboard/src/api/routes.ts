// Every route of the dashboard's API, by name: the only place that spells a path.
import type {
  ApiKey,
  AuditEvent,
  Broadcast,
  Choice,
  Contact,
  ContactSession,
  Conversation,
  Coverage,
  Draft,
  Explanation,
  FeedItem,
  Formats,
  IdentitySecret,
  Jwks,
  Me,
  Member,
  Message,
  NewBroadcast,
  NewIdentitySecret,
  NewNotification,
  NotificationSettings,
  NotificationType,
  Page,
  Preference,
  Presented,
  Preview,
  Refusal,
  Replay,
  Sent,
  Topic,
  Widget,
  WidgetChange,
} from '../contract.ts'
import { call } from './call.ts'

type Paged = { cursor?: string | null; limit?: number; signal?: AbortSignal }

export type ConversationFilter = {
  state: 'open' | 'closed' | 'all'
  assignee?: string | undefined
  contact?: string | undefined
}

const at = (id: string) => encodeURIComponent(id)

export const api = {
  signIn: (email: string, password: string) => call<Me>('POST', '/sessions', { body: { email, password } }),
  signOut: () => call<null>('DELETE', '/sessions/current'),
  me: () => call<Me>('GET', '/me'),
  members: () => call<Page<Member>>('GET', '/members'),

  conversations: (filter: ConversationFilter, { cursor, limit = 50, signal }: Paged = {}) =>
    call<Page<Conversation>>('GET', '/conversations', { query: { ...filter, cursor, limit }, ...(signal && { signal }) }),
  conversation: (id: string) => call<Conversation>('GET', `/conversations/${at(id)}`),
  changeConversation: (id: string, change: { state?: 'open' | 'closed'; assignee?: string | null }) =>
    call<Conversation>('PATCH', `/conversations/${at(id)}`, { body: change }),
  messages: (id: string, { cursor, limit = 50, signal }: Paged = {}) =>
    call<Page<Message>>('GET', `/conversations/${at(id)}/messages`, {
      query: { order: 'desc', cursor, limit },
      ...(signal && { signal }),
    }),
  reply: (id: string, clientId: string, text: string) =>
    call<Message>('POST', `/conversations/${at(id)}/messages`, { body: { client_id: clientId, text } }),
  seen: (id: string, seq: number) => call<null>('PUT', `/conversations/${at(id)}/seen`, { body: { seq } }),
  typing: (id: string) => call<null>('POST', `/conversations/${at(id)}/typing`),

  contacts: (query: string, { cursor, limit = 50, signal }: Paged = {}) =>
    call<Page<Contact>>('GET', '/contacts', { query: { query, cursor, limit }, ...(signal && { signal }) }),
  contact: (id: string) => call<Contact>('GET', `/contacts/${at(id)}`),
  changeContact: (id: string, fields: Record<string, string>) =>
    call<Contact>('PATCH', `/contacts/${at(id)}`, { body: { fields } }),
  contactSessions: (id: string) => call<Page<ContactSession>>('GET', `/contacts/${at(id)}/sessions`),
  resetRatchet: (id: string) => call<Contact>('POST', `/contacts/${at(id)}/ratchet/reset`),
  feed: (contact: string, { cursor, limit = 25 }: Paged = {}) =>
    call<Page<FeedItem>>('GET', `/contacts/${at(contact)}/notifications`, { query: { cursor, limit } }),
  unread: (contact: string) => call<{ unread: number }>('GET', `/contacts/${at(contact)}/notifications/unread`),
  preferences: (contact: string) => call<Page<Preference>>('GET', `/contacts/${at(contact)}/notification_preferences`),
  choose: (contact: string, choice: Choice) =>
    call<Page<Preference>>('PATCH', `/contacts/${at(contact)}/notification_preferences`, { body: [choice] }),
  endSessions: (id: string) => call<null>('DELETE', `/contacts/${at(id)}/sessions`),

  widgets: () => call<Page<Widget>>('GET', '/widgets'),
  widget: (id: string) => call<Widget>('GET', `/widgets/${at(id)}`),
  changeWidget: (id: string, change: WidgetChange) =>
    call<Widget>('PATCH', `/widgets/${at(id)}`, { body: change }),
  coverage: (widget: string) => call<Coverage>('GET', `/widgets/${at(widget)}/coverage`),
  explain: (widget: string, presented: Presented) =>
    call<Explanation>('POST', '/identity/explain', { body: { widget, presented } }),
  secrets: (widget: string) =>
    call<Page<IdentitySecret>>('GET', `/widgets/${at(widget)}/identity_secrets`),
  createSecret: (widget: string, secret: NewIdentitySecret) =>
    call<IdentitySecret & { secret?: string | null }>('POST', `/widgets/${at(widget)}/identity_secrets`, { body: secret }),
  jwks: (widget: string) => call<Jwks>('GET', `/widgets/${at(widget)}/jwks`),
  setJwks: (widget: string, url: string) => call<Jwks>('PUT', `/widgets/${at(widget)}/jwks`, { body: { url } }),
  removeJwks: (widget: string) => call<null>('DELETE', `/widgets/${at(widget)}/jwks`),
  replays: (widget: string) => call<Page<Replay>>('GET', `/widgets/${at(widget)}/replays`),
  formats: () => call<Formats>('GET', '/identity/formats'),
  scheduleSecret: (widget: string, secret: string, retireAt: string | null) =>
    call<IdentitySecret>('PATCH', `/widgets/${at(widget)}/identity_secrets/${at(secret)}`, { body: { retire_at: retireAt } }),
  retireSecret: (widget: string, secret: string) =>
    call<null>('DELETE', `/widgets/${at(widget)}/identity_secrets/${at(secret)}`),

  notificationTypes: () => call<Page<NotificationType>>('GET', '/notification_types'),
  putNotificationType: (name: string, settings: NotificationSettings) =>
    call<NotificationType>('PUT', `/notification_types/${at(name)}`, { body: settings }),
  removeNotificationType: (name: string) => call<null>('DELETE', `/notification_types/${at(name)}`),
  sent: (contact: string | null, { cursor, limit = 50 }: Paged = {}) =>
    call<Page<Sent>>('GET', '/notifications', { query: { contact, cursor, limit } }),
  sending: (id: string) => call<Sent>('GET', `/notifications/${at(id)}`),
  send: (notification: NewNotification) => call<Sent>('POST', '/notifications', { body: notification }),
  broadcasts: ({ cursor, limit = 50 }: Paged = {}) => call<Page<Broadcast>>('GET', '/broadcasts', { query: { cursor, limit } }),
  startBroadcast: (broadcast: NewBroadcast) => call<Broadcast>('POST', '/broadcasts', { body: broadcast }),
  cancelBroadcast: (id: string) => call<null>('DELETE', `/broadcasts/${at(id)}`),
  topics: () => call<Page<Topic>>('GET', '/notification_topics'),
  preview: (draft: Draft, signal?: AbortSignal) => call<Preview>('POST', '/notification_previews', { body: draft, ...(signal && { signal }) }),
  cancelNotification: (id: string) => call<null>('DELETE', `/notifications/${at(id)}`),

  refusals: (reference: string, { cursor, limit = 50 }: Paged = {}) =>
    call<Page<Refusal>>('GET', '/refusals', { query: { reference, cursor, limit } }),
  apiKeys: () => call<Page<ApiKey>>('GET', '/api_keys'),
  createApiKey: (name: string) =>
    call<ApiKey & { secret_key: string }>('POST', '/api_keys', { body: { name } }),
  revokeApiKey: (id: string) => call<null>('DELETE', `/api_keys/${at(id)}`),
  auditEvents: ({ cursor, limit = 50 }: Paged = {}) =>
    call<Page<AuditEvent>>('GET', '/audit_events', { query: { cursor, limit } }),
}
