//! Recognises a person in what a page says, so that a kept session is never shown to another.
//!
//! Nothing is believed here: the server alone decides what a proof proves. A page whose person
//! changes makes the frame throw its key away, and that is all these marks are for.
import type { Identity } from '@countersign/protocol/frame'
import { base64url } from './key.ts'

/** Whom an identity is about, and everything it says, as hashes. */
export type Marks = { subject: string; facts: string }

/** What a token says only about itself. */
const OWN = new Set(['iat', 'exp', 'nbf', 'jti', 'cnf'])
const NAMES = ['sub', 'id', 'userId', 'contact_external_id', 'customerId']

/** `null` for an anonymous visitor. */
export async function marksOf(value: Identity | null): Promise<Marks | null> {
  if (!value) return null
  const read = Object.entries(value).map(([name, said]) => [name, said, decoded(said)] as const)
  const beside = read.filter(([, , inside]) => !inside).map(([name, said]) => [name, said] as const)
  const claims: Record<string, unknown> = Object.assign({}, Object.fromEntries(beside), ...read.map(([, , inside]) => inside))
  const names = NAMES.map((name) => claims[name] ?? null)
  const subject = names.some((name) => name !== null) ? names : [claims.email ?? value]
  const facts = Object.entries(claims).filter(([name]) => !OWN.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  return { subject: await hash(subject), facts: await hash(facts) }
}

/** The claims of a compact JWS, unverified. */
function decoded(text: Identity[string]): Record<string, unknown> | null {
  const parts = typeof text === 'string' ? text.split('.') : []
  if (parts.length !== 3) return null
  try {
    const bytes = Uint8Array.from(atob(parts[1]!.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof claims === 'object' && claims !== null ? { ...claims } : null
  } catch {
    return null
  }
}

/** Without the browser's cryptography nothing is kept, and the text itself compares as well. */
async function hash(value: unknown): Promise<string> {
  const text = JSON.stringify(value)
  if (!globalThis.crypto?.subtle) return text
  return base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
