//! Asks the page who its visitor is.
import { isIdentity } from '@countersign/protocol/frame'
import type { Identity } from '@countersign/protocol/frame'
import type { IdentityCallback } from './options.ts'

/** What `boot` or `identify` were given. */
export type Source = Identity | IdentityCallback | null | undefined

/** The answer of `source`, with `fields` beside it; `null` is an anonymous visitor. */
export async function proof(
  source: Source,
  fields: Identity | null,
  jkt: string | null,
): Promise<Identity | null> {
  const answer = typeof source === 'function' ? await source({ jkt }) : source
  const proven = typeof answer === 'string' ? { token: answer } : answer
  if (!proven && !fields) return null
  const all = { ...proven, ...fields }
  if (!isIdentity(all)) throw new TypeError('identity: only texts')
  return all
}
