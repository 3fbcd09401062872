//! What the page and the frame of an inbox say to each other beyond `frame.ts`: the feed, and what is done with it.

/** One notification; its times are RFC 3339, and `null` for what did not happen. */
export interface Item {
  id: string
  type: string
  sub: string | null
  /** HTML in which every value was escaped. */
  title: string
  /** The same without markup. */
  text: string
  /** `https:`, `http:` or a path. */
  url: string | null
  /** What your back end gave for the templates. */
  parameters: Record<string, unknown>
  at: string
  seen_at: string | null
  clicked_at: string | null
}

/** From the page to an inbox. */
export type ToFeed =
  /** Shows these as read; `null`: all there are. */
  | { kind: 'see'; ids: string[] | null }
  /** Puts these away. */
  | { kind: 'archive'; ids: string[] }
  /** Wants older ones. */
  | { kind: 'more' }

/** From an inbox to the page. */
export type FromFeed =
  /** All that is loaded, newest first, whenever it changes. */
  | { kind: 'feed'; items: Item[]; unread: number; more: boolean }
  /** The visitor follows an item's link. */
  | { kind: 'follow'; item: Item }

export function isToFeed(value: unknown): value is ToFeed {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'see':
      return value.ids === null || isTexts(value.ids)
    case 'archive':
      return isTexts(value.ids)
    case 'more':
      return true
    default:
      return false
  }
}

export function isFromFeed(value: unknown): value is FromFeed {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'feed':
      return Array.isArray(value.items) && value.items.every(isItem) && Number.isSafeInteger(value.unread) && typeof value.more === 'boolean'
    case 'follow':
      return isItem(value.item)
    default:
      return false
  }
}

function isItem(value: unknown): value is Item {
  if (!isRecord(value)) return false
  const texts = [value.id, value.type, value.title, value.text, value.at]
  const perhaps = [value.sub, value.url, value.seen_at, value.clicked_at]
  return texts.every(isText) && perhaps.every((one) => one === null || isText(one)) && isRecord(value.parameters)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
