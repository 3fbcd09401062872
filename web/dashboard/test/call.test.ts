// The API client: headers, errors in words, and the end of a session.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { call, onSignedOut } from '../src/api/call.ts'
import { passes, Problem, told, Unreachable } from '../src/api/problem.ts'
import { api } from '../src/api/routes.ts'

const fetched = vi.fn<typeof fetch>()

beforeEach(() => vi.stubGlobal('fetch', fetched))
afterEach(() => {
  fetched.mockReset()
  vi.unstubAllGlobals()
})

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', ...headers } })

const asked = () => {
  const [url, init] = fetched.mock.calls[0] ?? []
  return { url, init, headers: new Headers(init?.headers) }
}

describe('call', () => {
  it('sends the header against forged forms on unsafe calls only', async () => {
    fetched.mockImplementation(async () => new Response(null, { status: 204 }))
    await call('DELETE', '/sessions/current')
    expect(asked().headers.get('x-countersign-request')).toBe('1')
    expect(asked().headers.get('content-type')).toBe('application/json')
    fetched.mockClear()
    fetched.mockImplementation(async () => json(200, {}))
    await call('GET', '/me')
    expect(asked().headers.has('x-countersign-request')).toBe(false)
  })

  it('leaves out what has no value and escapes the rest', async () => {
    fetched.mockImplementation(async () => json(200, { items: [], next_cursor: null }))
    await api.contacts('a&b=ü', { cursor: null, limit: 8 })
    expect(asked().url).toBe('/dashboard/v1/contacts?query=a%26b%3D%C3%BC&limit=8')
    fetched.mockClear()
    await api.conversation('../me')
    expect(asked().url).toBe('/dashboard/v1/conversations/..%2Fme')
  })

  it('reads a problem with its reference and Retry-After', async () => {
    fetched.mockImplementation(async () => json(429, { code: 'too_many_attempts', detail: 'wait', request_id: 'req_9' }, { 'retry-after': '30' }))
    const error = await call('POST', '/sessions').catch((failure: unknown) => failure)
    expect(error).toMatchObject({ status: 429, code: 'too_many_attempts', requestId: 'req_9', retryAfter: 30 })
  })

  it.each([
    ['no answer', () => Promise.reject(new TypeError('network'))],
    ['half an answer', () => Promise.resolve(new Response('{"id":', { status: 200 }))],
  ])('is unreachable with %s', async (_, answer) => {
    fetched.mockImplementation(answer)
    await expect(call('GET', '/me')).rejects.toBeInstanceOf(Unreachable)
  })

  it('tells the end of the session on 401, except at the sign-in', async () => {
    const over = vi.fn()
    onSignedOut(over)
    fetched.mockImplementation(async () => json(401, { code: 'sign_in_refused' }))
    await expect(api.signIn('a@b', 'x')).rejects.toBeInstanceOf(Problem)
    expect(over).not.toHaveBeenCalled()
    await expect(api.me()).rejects.toBeInstanceOf(Problem)
    expect(over).toHaveBeenCalledOnce()
  })
})

describe('told', () => {
  const cases: [string, unknown, string, string | null][] = [
    ['a known code', new Problem(409, 'conversation_closed', 'x', 'req_1', null), 'This conversation is closed. Reopen it to reply.', 'req_1'],
    ['an unknown code with a detail', new Problem(400, 'odd', 'the key is too short', 'req_2', null), 'The key is too short.', 'req_2'],
    ['a server fault', new Problem(500, 'internal', null, 'req_3', null), 'Something went wrong on the server. Try again; if it stays, send its operator the reference.', 'req_3'],
    ['no answer', new Unreachable(''), 'The server did not answer. Check your connection; nothing you wrote is lost.', null],
    ['anything else', new TypeError('boom'), 'Something unexpected happened. Try again.', null],
  ]
  it.each(cases)('%s', (_, error, text, reference) => expect(told(error)).toEqual({ text, reference }))
})

describe('passes', () => {
  const cases: [string, unknown, boolean][] = [
    ['no answer', new Unreachable(''), true],
    ['503', new Problem(503, 'unavailable', null, null, null), true],
    ['429', new Problem(429, 'slow', null, null, 3), true],
    ['409', new Problem(409, 'conflict', null, null, null), false],
    ['a bug', new TypeError(), false],
  ]
  it.each(cases)('%s', (_, error, expected) => expect(passes(error)).toBe(expected))
})
