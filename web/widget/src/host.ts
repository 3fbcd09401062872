//! The page around the frame: who it is, and what is said to it.
import { isToFrame, type Identity, type ToFrame, type ToHost } from '@countersign/protocol/frame'

/** The origin of the page. It can lie only to itself: no other page is allowed to embed us. */
const origin = new URLSearchParams(location.search).get('host') ?? ''

export const publicKey = decodeURIComponent(location.pathname.split('/')[2] ?? '')

export function tell(message: ToHost): void {
  if (origin && window.parent !== window) window.parent.postMessage(message, origin)
}

export function listen(hear: (message: ToFrame) => void): void {
  window.addEventListener('message', (event) => {
    if (event.origin === origin && event.source === window.parent && isToFrame(event.data)) hear(event.data)
  })
}

const asked = new Map<number, (answer: { value: Identity | null; failed: boolean }) => void>()
let number = 0

/** Asks the page who its visitor is; after 20 seconds without an answer it has failed. */
export function askIdentity(jkt: string | null): Promise<{ value: Identity | null; failed: boolean }> {
  const request = ++number
  return new Promise((resolve) => {
    asked.set(request, resolve)
    tell({ kind: 'ask', request, jkt })
    setTimeout(() => answered(request, null, true), 20_000)
  })
}

export function answered(request: number, value: Identity | null, failed: boolean): void {
  asked.get(request)?.({ value, failed })
  asked.delete(request)
}
