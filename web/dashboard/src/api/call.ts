// One request to the dashboard's API: same origin, cookie, and the header that proves it is not a forged form.
import { problemOf, Unreachable } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Record<string, string | number | null | undefined>

let signedOut: () => void = () => {}

/** Says what to do when any call other than the sign-in finds the session over. */
export function onSignedOut(act: () => void): void {
  signedOut = act
}

/**
 * Calls `/dashboard/v1` + `path` and answers with the JSON body, `null` for 204.
 *
 * Throws `Problem` for an error answer, `Unreachable` when there was none.
 */
export async function call<Answer>(
  method: Method,
  path: string,
  options: { body?: unknown; query?: Query; signal?: AbortSignal; idempotencyKey?: string } = {},
): Promise<Answer> {
  const answer = await send(method, path, options)
  if (!answer.ok) {
    if (answer.status === 401 && path !== '/sessions') signedOut()
    throw await problemOf(answer)
  }
  if (answer.status === 204) return null as Answer
  try {
    return (await answer.json()) as Answer
  } catch {
    throw new Unreachable('the answer was cut off')
  }
}

async function send(
  method: Method,
  path: string,
  { body, query, signal, idempotencyKey }: NonNullable<Parameters<typeof call>[2]>,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (method !== 'GET') {
    headers.set('x-countersign-request', '1')
    headers.set('content-type', 'application/json')
  }
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey)
  try {
    return await fetch(`/dashboard/v1${path}${search(query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Unreachable('no answer')
  }
}

function search(query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}
