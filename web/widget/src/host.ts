//! The page around the frame: who it is, and what is said to it.
import { isToFeed, type FromFeed, type ToFeed } from '@countersign/protocol/feed'
import { isToPush, type FromPush, type ToPush } from '@countersign/protocol/push'
import { isToFrame, type Identity, type ToFrame, type ToHost } from '@countersign/protocol/frame'

/** How long the page may take to say who its visitor is, in milliseconds. */
const PATIENCE = 15_000

/**
 * The origin of the page. It can lie only to itself: no page but the allowed ones may embed us.
 * Only an exact origin will do, for `*` would be heard by anyone.
 */
const search = new URLSearchParams(location.search)
const origin = exact(search.get('host'))

/** The frame is an inbox of notifications, not the conversations. */
export const isInbox = search.get('view') === 'inbox'

/** The public key of this widget. */
export const publicKey = location.pathname.split('/')[2] ?? ''

export function tell(message: ToHost | FromFeed | FromPush): void {
  if (origin && window.parent !== window) window.parent.postMessage(message, origin)
}

/** The page, not this frame, goes there: a path is one of the page's. Anything but http leads nowhere. */
export function goTo(url: string | null): void {
  const there = addressOf(url)
  if (there) window.open(there, '_parent')
}

/** The whole address, as the page sees it. */
export function addressOf(url: string | null): string | null {
  if (!url || !origin || !URL.canParse(url, origin)) return null
  const { protocol, href } = new URL(url, origin)
  return /^https?:$/.test(protocol) ? href : null
}

export function listen(hear: (message: ToFrame | ToFeed | ToPush) => void): void {
  window.addEventListener('message', (event) => {
    if (!origin || event.origin !== origin || event.source !== window.parent) return
    if (isToFrame(event.data) || isToFeed(event.data) || isToPush(event.data)) hear(event.data)
  })
}

/** `silent`: the page has not answered in time. */
export type Answer = { value: Identity | null; failed: boolean; silent?: boolean }

const asked = new Map<number, (answer: Answer) => void>()
let number = 0

/** Asks the page who its visitor is. */
export function askIdentity(jkt: string | null): Promise<Answer> {
  const request = ++number
  return new Promise((resolve) => {
    const finish = (answer: Answer) => {
      clearTimeout(timer)
      asked.delete(request)
      resolve(answer)
    }
    const timer = setTimeout(() => finish({ value: null, failed: true, silent: true }), PATIENCE)
    asked.set(request, finish)
    tell({ kind: 'ask', request, jkt })
  })
}

export function answered(request: number, value: Identity | null, failed: boolean): void {
  asked.get(request)?.({ value, failed })
}

/** Nobody waits for the page any more. */
export function giveUpAsking(): void {
  for (const request of [...asked.keys()]) answered(request, null, true)
}

function exact(text: string | null): string | null {
  const url = text && URL.canParse(text) ? new URL(text) : null
  return url && url.origin === text && /^https?:$/.test(url.protocol) ? text : null
}
