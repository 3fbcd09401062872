//! Calls to the server, each with the proof of the session it belongs to.
import { proof, type BrowserKey } from './key.ts'

export type Problem = { status: number; code: string; detail: string; request_id: string | null }

/** The server said no. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    /** Seconds after which the server may be asked again. */
    readonly after: number | null = null,
  ) {
    super(problem.detail)
  }

  /** The same call may succeed later: the server is busy, or on its way back. */
  get passes(): boolean {
    const { status } = this.problem
    return status === 408 || status === 425 || status === 429 || status >= 500
  }
}

/** The server could not be reached: nothing is known of what it did. */
export class Unreachable extends Error {}

/** Where a failure passes by itself, trying again is right; else it is only noise. */
export const passes = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && error.passes)

/** One thing to ask; the body is made anew for every attempt, for it may hold a proof. */
export type Ask = {
  method: string
  path: string
  body?: () => unknown
  key: BrowserKey | null
  accessToken?: string | null
}

let nonce: string | null = null
let skew = 0

const DEADLINE = 20_000

/** One call. A nonce that is old, and a clock that goes wrong, are mended in silence. */
export async function call<T>(ask: Ask): Promise<T> {
  let mends = 2
  for (;;) {
    const answer = await send(ask)
    nonce = answer.headers.get('dpop-nonce') ?? nonce
    if (answer.ok) return (answer.status === 204 ? null : await read(answer)) as T
    const problem = await problemOf(answer)
    const mended = problem.code === 'use_dpop_nonce' || (problem.code === 'dpop_required' && setClock(answer))
    if (!mended || !ask.key || mends-- === 0) throw new Refused(problem, seconds(answer))
  }
}

/** A proof for a call that this one carries in its body. */
export function proofFor(key: BrowserKey, method: string, path: string, accessToken: string | null): Promise<string> {
  return proof(key, method, address(path), nonce, accessToken, skew)
}

async function send({ method, path, body, key, accessToken }: Ask): Promise<Response> {
  const headers: Record<string, string> = {}
  const content = await body?.()
  if (content !== undefined) headers['content-type'] = 'application/json'
  if (accessToken) headers.authorization = `${key ? 'DPoP' : 'Bearer'} ${accessToken}`
  if (key) headers.dpop = await proofFor(key, method, path, accessToken ?? null)
  const init: RequestInit = { method, headers, credentials: 'omit', cache: 'no-store' }
  if (content !== undefined) init.body = JSON.stringify(content)
  if ('timeout' in AbortSignal) init.signal = AbortSignal.timeout(DEADLINE)
  try {
    return await fetch(`${location.origin}${path}`, init)
  } catch {
    throw new Unreachable()
  }
}

/** The address that a proof is for: without the query. */
const address = (path: string) => `${location.origin}${path.split('?')[0]}`

/** Takes the server's clock where ours is off by more than a proof may be; whether it was. */
function setClock(answer: Response): boolean {
  const theirs = Date.parse(answer.headers.get('date') ?? '')
  const off = Math.round((theirs - Date.now()) / 1000)
  if (!Number.isFinite(off) || Math.abs(off - skew) < 30) return false
  skew = off
  return true
}

function seconds(answer: Response): number | null {
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(after) ? after : null
}

async function read(answer: Response): Promise<unknown> {
  try {
    return await answer.json()
  } catch {
    throw new Unreachable() // it broke off in the middle
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const given: unknown = await answer.json().catch(() => null)
  const said = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {}
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : null)
  return { status: answer.status, code: text('code') ?? 'unknown', detail: text('detail') ?? '', request_id: text('request_id') }
}
