// Carries the stream's frames into the kept answers, so that every list on screen stays true.
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Broadcast, Conversation, Frame, Message, Page } from '../contract.ts'
import { api, type ConversationFilter } from '../api/routes.ts'
import { queries } from '../api/queries.ts'
import { newer, withConversation, withMessage, withNewMessage } from './apply.ts'

type List<Item> = InfiniteData<Page<Item>>
type News = Exclude<Frame, { type: 'ready' | 'resync' | 'typing' }>

/** What a frame changes in the cache. `me` is the signed-in member. */
export function applyNews(cache: QueryClient, me: string, frame: News): void {
  switch (frame.type) {
    case 'message.created':
      return applyMessage(cache, me, frame.data)
    case 'conversation.changed':
      return putConversation(cache, me, newer(knownConversation(cache, frame.data.id), frame.data))
    case 'contact.changed':
      return applyContact(cache, frame.data.id)
    case 'broadcast.moved':
      return applyBroadcast(cache, frame.data)
    case 'refusal.recorded':
      void cache.invalidateQueries({ queryKey: ['coverage'] })
      return void cache.invalidateQueries({ queryKey: ['refusals'] })
  }
}

/** Something may have been missed: everything that the stream keeps true is fetched again. */
export function fetchAgain(cache: QueryClient): void {
  for (const key of ['conversations', 'waiting', 'conversation', 'messages', 'contact', 'contact-sessions', 'contacts', 'refusals', 'coverage', 'broadcasts']) {
    void cache.invalidateQueries({ queryKey: [key] })
  }
}

/** The list with what a broadcast has come to; one that is not in it is fetched. */
function applyBroadcast(cache: QueryClient, moved: Broadcast): void {
  const { queryKey } = queries.broadcasts()
  const list = cache.getQueryData<Page<Broadcast>>(queryKey)
  if (!list?.items.some((one) => one.id === moved.id)) return void cache.invalidateQueries({ queryKey })
  cache.setQueryData(queryKey, { ...list, items: list.items.map((one) => (one.id === moved.id ? moved : one)) })
}

export function applyMessage(cache: QueryClient, me: string, message: Message): void {
  appendMessage(cache, message)
  const known = knownConversation(cache, message.conversation)
  if (known) return putConversation(cache, me, withNewMessage(known, message))
  api.conversation(message.conversation).then(
    (conversation) => putConversation(cache, me, conversation),
    () => cache.invalidateQueries({ queryKey: ['conversations'] }),
  )
}

function appendMessage(cache: QueryClient, message: Message): void {
  const key = queries.messages(message.conversation).queryKey
  const list = cache.getQueryData<List<Message>>(key)
  if (!list) return
  const appended = withMessage(list, message)
  cache.setQueryData<List<Message>>(key, appended.list)
  if (appended.gap) void cache.invalidateQueries({ queryKey: key })
}

/** Puts a conversation into every list that shows it, and takes it out of those that no longer do. */
export function putConversation(cache: QueryClient, me: string, conversation: Conversation): void {
  cache.setQueryData(queries.conversation(conversation.id).queryKey, conversation)
  cache.setQueryData<Page<Conversation>>(queries.waiting().queryKey, (page) => page && withWaiting(page, conversation))
  for (const [key, list] of cache.getQueriesData<List<Conversation>>({ queryKey: ['conversations'] })) {
    const filter = filterOf(key)
    if (list && filter) cache.setQueryData(key, withConversation(list, conversation, filter, me))
  }
}

function withWaiting(page: Page<Conversation>, conversation: Conversation): Page<Conversation> {
  const others = page.items.filter((one) => one.id !== conversation.id)
  return { ...page, items: conversation.state === 'open' ? [conversation, ...others] : others }
}

function applyContact(cache: QueryClient, id: string): void {
  void cache.invalidateQueries({ queryKey: ['contact', id] })
  void cache.invalidateQueries({ queryKey: ['contact-sessions', id] })
  void cache.invalidateQueries({ queryKey: ['merges'] })
  void cache.invalidateQueries({ queryKey: ['contacts'] })
  void cache.invalidateQueries({ queryKey: ['conversations'] })
}

export function knownConversation(cache: QueryClient, id: string): Conversation | undefined {
  const one = cache.getQueryData<Conversation>(queries.conversation(id).queryKey)
  if (one) return one
  for (const [, list] of cache.getQueriesData<List<Conversation>>({ queryKey: ['conversations'] })) {
    const found = list?.pages.flatMap((page) => page.items).find((conversation) => conversation.id === id)
    if (found) return found
  }
  return undefined
}

function filterOf(key: readonly unknown[]): ConversationFilter | null {
  const filter = key[1]
  return isFilter(filter) ? filter : null
}

function isFilter(value: unknown): value is ConversationFilter {
  return typeof value === 'object' && value !== null && 'state' in value
}
