// What a frame of the stream does to the lists that are on screen: plain functions from old to new.
import type { Conversation, Message, Page } from '../contract.ts'

export type Pages<Item> = { pages: Page<Item>[]; pageParams: unknown[] }
export type Filter = { state: 'open' | 'closed' | 'all'; assignee?: string | undefined; contact?: string | undefined }

/** True when the list with this filter shows the conversation. `me` is the signed-in member. */
export function belongs(conversation: Conversation, filter: Filter, me: string): boolean {
  if (filter.state !== 'all' && conversation.state !== filter.state) return false
  if (filter.contact && conversation.contact.id !== filter.contact) return false
  const assignee = conversation.assignee?.id ?? null
  if (filter.assignee === 'me') return assignee === me
  if (filter.assignee === 'none') return assignee === null
  return !filter.assignee || assignee === filter.assignee
}

/** The list with the conversation where its last activity puts it, or without it if it no longer belongs. */
export function withConversation(
  list: Pages<Conversation>,
  conversation: Conversation,
  filter: Filter,
  me: string,
): Pages<Conversation> {
  const pages = list.pages.map((page) => ({ ...page, items: page.items.filter((c) => c.id !== conversation.id) }))
  if (!belongs(conversation, filter, me)) return { ...list, pages }
  for (const page of pages) {
    const place = page.items.findIndex((c) => activity(c) <= activity(conversation))
    const last = page === pages[pages.length - 1]
    if (place === -1 && !(last && page.next_cursor === null)) continue
    page.items.splice(place === -1 ? page.items.length : place, 0, conversation)
    return { ...list, pages }
  }
  return { ...list, pages } // Older than all that is loaded: it comes with its page.
}

/** A conversation after one more message. Seen marks come with `conversation.changed`. */
export function withNewMessage(conversation: Conversation, message: Message): Conversation {
  if (message.seq <= conversation.last_seq) return conversation
  const counts = message.author.kind === 'visitor' && message.seq > conversation.seen.member
  return {
    ...conversation,
    last_seq: message.seq,
    last_message_at: message.created_at,
    unread: conversation.unread + (counts ? 1 : 0),
    preview: { text: message.text, author: message.author.kind },
  }
}

/** The newer of two states of one conversation: seen marks and `last_seq` never go back. */
export function newer(old: Conversation | undefined, fresh: Conversation): Conversation {
  if (!old || old.id !== fresh.id || fresh.last_seq >= old.last_seq) return fresh
  return { ...fresh, last_seq: old.last_seq, last_message_at: old.last_message_at, preview: old.preview, unread: old.unread }
}

export type Appended = { list: Pages<Message>; gap: boolean }

/**
 * The messages (pages, newest first) with one more.
 *
 * `gap` is true when one is missing before it: the caller fetches the thread again.
 */
export function withMessage(list: Pages<Message>, message: Message): Appended {
  const [head, ...older] = list.pages
  if (!head) return { list, gap: true }
  const newest = head.items[0]?.seq ?? 0
  if (message.seq > newest) {
    const page = { ...head, items: [message, ...head.items] }
    return { list: { ...list, pages: [page, ...older] }, gap: message.seq !== newest + 1 }
  }
  return { list, gap: false } // Seen already: our own reply, or a repeat.
}

/** All loaded messages, oldest first, each once. */
export function inOrder(list: Pages<Message> | undefined): Message[] {
  const bySeq = new Map<number, Message>()
  for (const page of list?.pages ?? []) for (const message of page.items) bySeq.set(message.seq, message)
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

function activity(conversation: Conversation): string {
  return conversation.last_message_at ?? conversation.created_at
}
