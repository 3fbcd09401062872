// What is kept of the server's answers, under which key, and how it is asked for again.
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import type { Draft, Page, Sent } from '../contract.ts'
import { passes, Problem } from './problem.ts'
import { api, type ConversationFilter } from './routes.ts'

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        networkMode: 'always',
        retry: (count, error) => count < 2 && passes(error) && !(error instanceof Problem && error.status === 429),
        retryDelay: (count) => 400 * 2 ** count,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

const next = <Item>(page: Page<Item>) => page.next_cursor
const first = (): string | null => null

function noneFound(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null
  throw error
}

/** How often what is still being carried is asked for, in milliseconds. */
const UNDER_WAY = 3_000
const isUnderWay = (sent: Sent) => sent.deliveries.some(({ state }) => state === 'queued')

export const queries = {
  me: () => queryOptions({ queryKey: ['me'], queryFn: api.me, staleTime: 5 * 60_000 }),
  members: () => queryOptions({ queryKey: ['members'], queryFn: api.members, staleTime: 5 * 60_000 }),

  conversations: (filter: ConversationFilter) =>
    infiniteQueryOptions({
      queryKey: ['conversations', filter],
      queryFn: ({ pageParam, signal }) => api.conversations(filter, { cursor: pageParam, signal }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),
  /** The newest open conversations: what the number beside Inbox counts. Kept true by the stream. */
  waiting: () =>
    queryOptions({ queryKey: ['waiting'], queryFn: () => api.conversations({ state: 'open' }, { limit: 100 }) }),
  conversation: (id: string) =>
    queryOptions({ queryKey: ['conversation', id], queryFn: () => api.conversation(id) }),
  messages: (id: string) =>
    infiniteQueryOptions({
      queryKey: ['messages', id],
      queryFn: ({ pageParam, signal }) => api.messages(id, { cursor: pageParam, signal }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),

  contacts: (query: string) =>
    infiniteQueryOptions({
      queryKey: ['contacts', query],
      queryFn: ({ pageParam, signal }) => api.contacts(query, { cursor: pageParam, signal }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),
  contact: (id: string) => queryOptions({ queryKey: ['contact', id], queryFn: () => api.contact(id) }),
  contactSessions: (id: string) =>
    queryOptions({ queryKey: ['contact-sessions', id], queryFn: () => api.contactSessions(id) }),
  merges: (id: string) => queryOptions({ queryKey: ['merges', id], queryFn: () => api.merges(id) }),
  /** Never an old one: what follows is shown right before it happens. */
  mergePreview: (id: string, contact: string) =>
    queryOptions({ queryKey: ['merge-preview', id, contact], queryFn: () => api.mergePreview(id, contact), gcTime: 0, retry: false }),

  feed: (contact: string) =>
    infiniteQueryOptions({
      queryKey: ['feed', contact],
      queryFn: ({ pageParam }) => api.feed(contact, { cursor: pageParam }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),
  unread: (contact: string) => queryOptions({ queryKey: ['unread', contact], queryFn: () => api.unread(contact) }),
  preferences: (contact: string) => queryOptions({ queryKey: ['preferences', contact], queryFn: () => api.preferences(contact) }),

  widgets: () => queryOptions({ queryKey: ['widgets'], queryFn: api.widgets }),
  widget: (id: string) => queryOptions({ queryKey: ['widget', id], queryFn: () => api.widget(id) }),
  /** Counted on: asked again each minute while it is looked at. */
  coverage: (widget: string) =>
    queryOptions({ queryKey: ['coverage', widget], queryFn: () => api.coverage(widget), refetchInterval: 60_000 }),
  formats: () => queryOptions({ queryKey: ['formats'], queryFn: api.formats, staleTime: Infinity }),
  secrets: (widget: string) =>
    queryOptions({ queryKey: ['secrets', widget], queryFn: () => api.secrets(widget) }),

  /** `null` where the widget has no JWKS URL. Asked again each minute: a failure shows while it lasts. */
  jwks: (widget: string) =>
    queryOptions({ queryKey: ['jwks', widget], queryFn: () => api.jwks(widget).catch(noneFound), refetchInterval: 60_000 }),
  replays: (widget: string) =>
    queryOptions({ queryKey: ['replays', widget], queryFn: () => api.replays(widget) }),

  notificationTypes: () => queryOptions({ queryKey: ['notification-types'], queryFn: api.notificationTypes }),
  /** The newest ones; kept true by the stream. */
  broadcasts: () => queryOptions({ queryKey: ['broadcasts'], queryFn: () => api.broadcasts({ limit: 20 }) }),
  topics: () => queryOptions({ queryKey: ['topics'], queryFn: api.topics }),
  /** What a draft would say. It is as true tomorrow, but nobody asks for it twice. */
  preview: (draft: Draft) =>
    queryOptions({
      queryKey: ['preview', draft],
      queryFn: ({ signal }) => api.preview(draft, signal),
      staleTime: Infinity,
      gcTime: 60_000,
    }),
  /** What was sent; `null`: to anybody. */
  sent: (contact: string | null) =>
    infiniteQueryOptions({
      queryKey: ['sent', contact],
      queryFn: ({ pageParam }) => api.sent(contact, { cursor: pageParam }),
      initialPageParam: first(),
      getNextPageParam: next,
      refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(isUnderWay)) ? UNDER_WAY : false),
    }),
  sending: (id: string) =>
    queryOptions({
      queryKey: ['sent', 'one', id],
      queryFn: () => api.sending(id),
      refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? UNDER_WAY : false),
    }),

  refusals: (reference: string) =>
    infiniteQueryOptions({
      queryKey: ['refusals', reference],
      queryFn: ({ pageParam }) => api.refusals(reference, { cursor: pageParam }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),
  apiKeys: () => queryOptions({ queryKey: ['api-keys'], queryFn: api.apiKeys }),
  auditEvents: () =>
    infiniteQueryOptions({
      queryKey: ['audit'],
      queryFn: ({ pageParam }) => api.auditEvents({ cursor: pageParam }),
      initialPageParam: first(),
      getNextPageParam: next,
    }),
}
