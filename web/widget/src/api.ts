//! Calls to the server: each with the session's proof, renewed when it has ended.
import { proof, type BrowserKey } from './key.ts'

export type Problem = { status: number; code: string; detail: string; request_id: string | null }

/** The server said no. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}

/** The server could not be reached: nothing is known of what it did. */
export class Unreachable extends Error {}

let nonce: string | null = null

/** One call; a nonce that is missing or old is mended at once, in silence. */
export async function call<T>(
  method: string,
  path: string,
  body: unknown,
  key: BrowserKey | null,
  accessToken: string | null,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await once(method, path, body, key, accessToken)
    nonce = answer.headers.get('dpop-nonce') ?? nonce
    if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T
    const problem = await read(answer)
    if (problem.code !== 'use_dpop_nonce' || attempt > 0) throw new Refused(problem)
  }
}

async function once(
  method: string,
  path: string,
  body: unknown,
  key: BrowserKey | null,
  accessToken: string | null,
): Promise<Response> {
  const url = `${location.origin}${path}`
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (accessToken) headers.authorization = `${key ? 'DPoP' : 'Bearer'} ${accessToken}`
  if (key) headers.dpop = await proof(key, method, url.split('?')[0]!, nonce, accessToken)
  try {
    return await fetch(url, {
      method,
      headers,
      credentials: 'omit',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Unreachable()
  }
}

async function read(answer: Response): Promise<Problem> {
  const unknown = { status: answer.status, code: 'unknown', detail: '', request_id: null }
  try {
    return { ...unknown, ...((await answer.json()) as Partial<Problem>), status: answer.status }
  } catch {
    return unknown
  }
}
