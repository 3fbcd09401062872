// A request that did not succeed, in a form that can be shown to a person.
import type { FieldError } from '../contract.ts'
import { words } from '../words.ts'

/** The server answered with an error. `code` is stable, `detail` is for people. */
export class Problem extends Error {
  override name = 'Problem'
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string | null,
    readonly requestId: string | null,
    readonly retryAfter: number | null,
    /** The fields that are wrong, where the server names them. */
    readonly errors: FieldError[] = [],
  ) {
    super(detail ?? code)
  }
}

/** The server could not be reached, or its answer was lost. The request may have happened. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

/** What to tell a person about any error: one sentence, and the number to quote. */
export function told(error: unknown): { text: string; reference: string | null } {
  if (error instanceof Problem) {
    return { text: sentence(error), reference: error.requestId }
  }
  if (error instanceof Unreachable) return { text: words.errors.unreachable, reference: null }
  return { text: words.errors.unexpected, reference: null }
}

/** True when the same request may succeed if it is sent again unchanged. */
export function passes(error: unknown): boolean {
  if (error instanceof Unreachable) return true
  return error instanceof Problem && (error.status >= 500 || error.status === 429)
}

export async function problemOf(answer: Response): Promise<Problem> {
  const after = Number(answer.headers.get('retry-after'))
  const retryAfter = Number.isFinite(after) && after > 0 ? after : null
  const body = await readBody(answer)
  return new Problem(
    answer.status,
    text(body.code) ?? `http_${answer.status}`,
    text(body.detail),
    text(body.request_id),
    retryAfter,
    Array.isArray(body.errors) ? body.errors.filter(isFieldError) : [],
  )
}

function sentence(problem: Problem): string {
  const known: Partial<Record<string, string>> = words.errors.byCode
  const byCode = known[problem.code]
  if (byCode) return byCode
  if (problem.detail) return capitalised(problem.detail)
  return problem.status >= 500 ? words.errors.server : words.errors.unexpected
}

function capitalised(detail: string): string {
  const end = /[.!?]$/.test(detail) ? '' : '.'
  return detail.charAt(0).toUpperCase() + detail.slice(1) + end
}

async function readBody(answer: Response): Promise<Record<string, unknown>> {
  if (!answer.headers.get('content-type')?.includes('json')) return {}
  try {
    const body: unknown = await answer.json()
    return isRecord(body) ? body : {}
  } catch {
    return {} // An error without a readable body is still shown, by its status.
  }
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && text(value.field) !== null && text(value.detail) !== null && [value.line, value.column].every(Number.isSafeInteger)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
