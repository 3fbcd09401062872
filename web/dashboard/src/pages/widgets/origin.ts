// What an allowed origin looks like, and what to say about text that is not one.
import { words } from '../../words.ts'

const say = words.widgets.originErrors

export type OriginCheck = { origin: string; error: null } | { origin: null; error: string }

const bad = (error: string): OriginCheck => ({ origin: null, error })

/** The exact origin that the text means, or why it is none. `taken` are the origins already in the list. */
export function checkOrigin(typed: string, taken: readonly string[]): OriginCheck {
  const text = typed.trim()
  if (text === '') return bad(say.empty)
  if (text.includes('*')) return bad(say.wildcard)
  if (!/^https?:\/\//i.test(text)) return bad(say.scheme)
  if (!URL.canParse(text)) return bad(say.bad)
  const url = new URL(text)
  if (url.username || url.password) return bad(say.credentials)
  if (url.protocol === 'http:' && !isLocal(url.hostname)) return bad(say.insecure)
  if (url.pathname !== '/' || url.search || url.hash) return bad(say.path(url.origin))
  if (taken.includes(url.origin)) return bad(say.twice)
  return { origin: url.origin, error: null }
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '127.0.0.1' || host === '[::1]'
}
