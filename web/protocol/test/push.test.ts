//! Messages about web push: each passes its own way only, and none of another shape passes.
import { describe, expect, it } from 'vitest'
import { isFromPush, isToPush } from '../push.ts'
import type { FromPush, ToPush } from '../push.ts'

const subscription = { endpoint: 'https://push.example/1', keys: { p256dh: 'BA', auth: 'AA' } }
const TO: ToPush[] = [{ kind: 'want-push-key' }, { kind: 'subscribe', subscription }, { kind: 'unsubscribe' }]
const FROM: FromPush[] = [{ kind: 'push-key', key: null }, { kind: 'push-key', key: 'BA' }, { kind: 'subscribed', on: true }]
const HOSTILE: unknown[] = [
  undefined, null, 1, 'unsubscribe', [], {}, { kind: ['unsubscribe'] }, { kind: '__proto__' },
  { kind: 'push-key' }, { kind: 'push-key', key: 1 }, { kind: 'subscribed', on: 'true' },
  { kind: 'subscribe' }, { kind: 'subscribe', subscription: null }, { kind: 'subscribe', subscription: { endpoint: 'x' } },
  { kind: 'subscribe', subscription: { ...subscription, endpoint: 1 } }, { kind: 'subscribe', subscription: { ...subscription, keys: ['BA', 'AA'] } },
]

describe('web push', () => {
  it.each(TO)('takes $kind to the frame only', (message) => expect([isToPush(message), isFromPush(message)]).toEqual([true, false]))
  it.each(FROM)('takes $kind to the page only', (message) => expect([isToPush(message), isFromPush(message)]).toEqual([false, true]))
  it.each(HOSTILE.map((value) => [value]))('takes no %o', (value) => expect([isToPush(value), isFromPush(value)]).toEqual([false, false]))
})
