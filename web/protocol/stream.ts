//! What the visitor's stream sends and takes; docs/protocol.md, section 2.
import type { Conversation, Message } from './contract.ts'
import type { Item } from './feed.ts'

/** From the server. Only `typing` has no cursor: it is not kept. */
export type StreamFrame =
  | { type: 'message.created'; cursor: string; data: Message }
  | { type: 'conversation.changed'; cursor: string; data: Conversation }
  | {
      type: 'typing'
      cursor: null
      data: { conversation: string; author: { kind: 'member'; id: string; name: string } }
    }
  | { type: 'notification.added'; cursor: string; data: { notification: Omit<Item, 'text'> & { archived_at: string | null }; unread: number } }
  | { type: 'notifications.changed'; cursor: string; data: { unread: number } }
  | { type: 'ready'; cursor: string }
  | { type: 'resync'; cursor: string }

/** To the server: the first frame is `resume`, and only `typing` may follow. */
export type ToStream =
  | { type: 'resume'; cursor: string | null }
  | { type: 'typing'; conversation: string }

/** A frame of a later server that this client does not know is none. */
export function isStreamFrame(value: unknown): value is StreamFrame {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  const cursor = 'cursor' in value ? value.cursor : undefined
  const data = 'data' in value && typeof value.data === 'object' && value.data !== null
  switch (value.type) {
    case 'message.created':
    case 'conversation.changed':
    case 'notification.added':
    case 'notifications.changed':
      return data && typeof cursor === 'string'
    case 'typing':
      return data && cursor === null
    case 'ready':
    case 'resync':
      return typeof cursor === 'string'
    default:
      return false
  }
}
