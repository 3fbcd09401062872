//! What the page and the frame say to each other: one union for each direction, and its guard.
//!
//! Compare the origin of a message before its data is looked at. A guard is total: it answers for
//! any value and throws for none, and what it lets through has no field of another type.

/** The fields that prove or say who the visitor is, as the widget's identity profile names them. */
export type Identity = Record<string, string | Record<string, string>>

export type Look = 'light' | 'dark' | null

export type Trust = 'anonymous' | 'claimed' | 'hmac' | 'jwt'

const TRUSTS: readonly unknown[] = ['anonymous', 'claimed', 'hmac', 'jwt'] satisfies Trust[]

/** From the page to the frame. */
export type ToFrame =
  | {
      kind: 'hello'
      v: 1
      locale: string | null
      mode: Look
      open: boolean
      /** The page has an identity to give. */
      identity: boolean
      /** The visitor token that the page kept, only with `keepVisitor`. */
      visitor: string | null
      keepVisitor: boolean
    }
  | { kind: 'identity'; request: number; value: Identity | null; failed: boolean }
  /** The page has new fields: ask for the identity again. */
  | { kind: 'identify' }
  | { kind: 'open'; open: boolean }
  | { kind: 'mode'; mode: Look }
  /** Destroy session, key and visitor token, then answer `gone`. */
  | { kind: 'shutdown' }

/** From the frame to the page. */
export type ToHost =
  | { kind: 'ready'; v: 1 }
  /** Call the page's identity callback, and answer with the same number. */
  | { kind: 'ask'; request: number; jkt: string | null }
  | { kind: 'session'; trust: Trust; contact: string }
  | { kind: 'unread'; count: number }
  | { kind: 'close' }
  /** Only with `keepVisitor`. */
  | { kind: 'visitor'; token: string | null }
  | { kind: 'error'; code: string; reference: string | null; words: string }
  | { kind: 'gone' }

export function isToFrame(value: unknown): value is ToFrame {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'hello':
      return (
        value.v === 1 &&
        isTextOrNull(value.locale) &&
        isLook(value.mode) &&
        isFlag(value.open) &&
        isFlag(value.identity) &&
        isTextOrNull(value.visitor) &&
        isFlag(value.keepVisitor)
      )
    case 'identity':
      return (
        isCount(value.request) &&
        (value.value === null || isIdentity(value.value)) &&
        isFlag(value.failed)
      )
    case 'open':
      return isFlag(value.open)
    case 'mode':
      return isLook(value.mode)
    case 'identify':
    case 'shutdown':
      return true
    default:
      return false
  }
}

export function isToHost(value: unknown): value is ToHost {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'ready':
      return value.v === 1
    case 'ask':
      return isCount(value.request) && isTextOrNull(value.jkt)
    case 'session':
      return isTrust(value.trust) && isText(value.contact)
    case 'unread':
      return isCount(value.count)
    case 'visitor':
      return isTextOrNull(value.token)
    case 'error':
      return isText(value.code) && isTextOrNull(value.reference) && isText(value.words)
    case 'close':
    case 'gone':
      return true
    default:
      return false
  }
}

/** Texts, and one level of texts below (`company`). */
export function isIdentity(value: unknown): value is Identity {
  return isFields(value, (field) => isText(field) || isFields(field, isText))
}

function isFields(value: unknown, isField: (field: unknown) => boolean): boolean {
  return isRecord(value) && Object.values(value).every(isField)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value)
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isLook(value: unknown): value is Look {
  return value === null || value === 'light' || value === 'dark'
}

function isTrust(value: unknown): value is Trust {
  return TRUSTS.includes(value)
}
