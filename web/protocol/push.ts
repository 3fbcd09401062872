//! What the page and the frame of an inbox say to each other of notifications that the browser shows.

/** A browser's subscription, as `PushSubscription.toJSON` writes it. */
export interface Subscription {
  endpoint: string
  keys: { p256dh: string; auth: string }
}

/** From the page to an inbox. */
export type ToPush =
  /** Wants the key that the browser subscribes to. */
  | { kind: 'want-push-key' }
  /** The visitor is reached in this browser. */
  | { kind: 'subscribe'; subscription: Subscription }
  /** The visitor is reached in this browser no more. */
  | { kind: 'unsubscribe' }

/** From an inbox to the page. */
export type FromPush =
  /** `null`: the server has not said it. */
  | { kind: 'push-key'; key: string | null }
  /** Whether the visitor is reached in this browser now. */
  | { kind: 'subscribed'; on: boolean }

export function isToPush(value: unknown): value is ToPush {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'want-push-key':
    case 'unsubscribe':
      return true
    case 'subscribe':
      return isSubscription(value.subscription)
    default:
      return false
  }
}

export function isFromPush(value: unknown): value is FromPush {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'push-key':
      return value.key === null || typeof value.key === 'string'
    case 'subscribed':
      return typeof value.on === 'boolean'
    default:
      return false
  }
}

export function isSubscription(value: unknown): value is Subscription {
  if (!isRecord(value) || !isRecord(value.keys)) return false
  return [value.endpoint, value.keys.p256dh, value.keys.auth].every((text) => typeof text === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
