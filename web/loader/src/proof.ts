//! What the page has told about its visitor, and how to ask it again.
import { isIdentity } from '@countersign/protocol/frame'
import type { Identity } from '@countersign/protocol/frame'
import type { IdentityCallback } from './options.ts'

type Source = Identity | IdentityCallback

/** The page's identity: what `boot` gave, and the fields that `identify` put beside it. */
export interface Proofs {
  any(): boolean
  give(source: Source | undefined): void
  identify(source: Source): void
  ask(jkt: string | null): Promise<Identity | null>
  forget(): void
}

export function proofs(): Proofs {
  let source: Source | undefined
  let fields: Identity | undefined
  return {
    any: () => !!(source || fields),
    give(given) {
      source = given
    },
    identify(given) {
      if (typeof given === 'function') source = given
      else fields = given
    },
    async ask(jkt) {
      const answer = (typeof source === 'function' ? await source({ jkt }) : source) ?? null
      const proof = typeof answer === 'string' ? { token: answer } : answer
      const all = proof || fields ? { ...proof, ...fields } : null
      if (all && !isIdentity(all)) throw new TypeError('identity takes texts, or the text of a token')
      return all
    },
    forget() {
      source = fields = undefined
    },
  }
}
