// Which JSON values are frames of the stream: checked once, here, so that nobody checks again.
import type { Frame } from '../contract.ts'

type Bag = Record<string, unknown>

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null
const isText = (value: unknown): value is string => typeof value === 'string'

/** True for a frame of a kind that this page knows, with what its reducers read. */
export function isFrame(value: unknown): value is Frame {
  if (!isBag(value)) return false
  if (value.type === 'typing') return isBag(value.data) && isText(value.data.conversation) && isBag(value.data.author)
  if (!isText(value.cursor)) return false
  switch (value.type) {
    case 'ready':
    case 'resync':
      return true
    case 'message.created':
      return isMessage(value.data)
    case 'conversation.changed':
      return isConversation(value.data)
    case 'contact.changed':
      return isBag(value.data) && isText(value.data.id)
    case 'broadcast.moved':
      return isBag(value.data) && isText(value.data.id) && isText(value.data.state) && typeof value.data.total === 'number' && typeof value.data.done === 'number'
    case 'refusal.recorded':
      return isBag(value.data) && isText(value.data.reference)
    default:
      return false
  }
}

function isMessage(data: unknown): boolean {
  return isBag(data) && isText(data.id) && isText(data.conversation) && typeof data.seq === 'number' && isText(data.text) && isBag(data.author)
}

function isConversation(data: unknown): boolean {
  return isBag(data) && isText(data.id) && isText(data.state) && isBag(data.contact) && isBag(data.seen) && typeof data.last_seq === 'number'
}
