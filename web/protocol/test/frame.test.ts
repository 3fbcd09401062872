//! The guards answer for any value, and a message of another shape never passes.
import { describe, expect, it } from 'vitest'
import { isIdentity, isToFrame, isToHost } from '../frame.ts'
import type { ToFrame, ToHost } from '../frame.ts'
import { isStreamFrame } from '../stream.ts'

const TO_FRAME: ToFrame[] = [
  { kind: 'hello', v: 1, locale: 'ar', mode: 'dark', open: true, identity: true, visitor: null, keepVisitor: false },
  { kind: 'hello', v: 1, locale: null, mode: null, open: false, identity: false, visitor: 'cs_vt_1', keepVisitor: true },
  { kind: 'identity', request: 0, value: { token: 'eyJ', company: { id: '1' } }, failed: false },
  { kind: 'identity', request: 7, value: null, failed: true },
  { kind: 'identify' },
  { kind: 'open', open: true },
  { kind: 'mode', mode: 'light' },
  { kind: 'shutdown' },
]
const TO_HOST: ToHost[] = [
  { kind: 'ready', v: 1 },
  { kind: 'ask', request: 3, jkt: null },
  { kind: 'ask', request: 3, jkt: 'abc' },
  { kind: 'session', trust: 'jwt', contact: 'con_1' },
  { kind: 'unread', count: 0 },
  { kind: 'close' },
  { kind: 'visitor', token: null },
  { kind: 'error', code: 'identity_refused', reference: 'req_1', words: 'x' },
  { kind: 'gone' },
]
const HOSTILE: unknown[] = [
  undefined, null, 0, 1, Number.NaN, '', 'ready', true, Symbol('ready'), 10n, [], ['ready'], {}, () => 0,
  new Map(), { kind: null }, { kind: 'constructor' }, { kind: '__proto__' }, { kind: ['ready'] },
  { kind: { toString: () => 'ready' } }, Object.create(null),
]
/** What stands in for one field of a good message. */
const WRONG: unknown[] = [undefined, -1, 1.5, Number.NaN, 2 ** 53, {}, [], 'other', Symbol('x'), { a: { b: { c: '' } } }]

interface Direction {
  name: string
  messages: (ToFrame | ToHost)[]
  guard: (value: unknown) => boolean
  others: (ToFrame | ToHost)[]
}
const DIRECTIONS: Direction[] = [
  { name: 'to the frame', messages: TO_FRAME, guard: isToFrame, others: TO_HOST },
  { name: 'to the page', messages: TO_HOST, guard: isToHost, others: TO_FRAME },
]

describe.each(DIRECTIONS)('$name', ({ messages, guard, others }) => {
  it.each(messages)('takes $kind', (message) => expect(guard(structuredClone(message))).toBe(true))

  it.each(others)('does not take $kind, which goes the other way', (message) =>
    expect(guard(message)).toBe(false))

  it('takes nothing hostile', () => {
    expect(HOSTILE.filter((value) => guard(value))).toEqual([])
  })

  it('takes no message with a field missing or of another type', () => {
    const fields = messages.flatMap((message) =>
      Object.keys(message).filter((key) => key !== 'kind').map((key) => ({ message, key })))
    const passed = fields.flatMap(({ message, key }) =>
      WRONG.map((wrong) => ({ ...message, [key]: wrong })).filter((value) => guard(value) && !lawful(value, key)))
    expect(passed).toEqual([])
  })
})

/** Some wrong values are right ones for fields that take any text or any fields. */
function lawful(value: object, key: string): boolean {
  const field: unknown = Reflect.get(value, key)
  return typeof field === 'string' ? !['mode', 'trust', 'v', 'open'].includes(key) : key === 'value' && isIdentity(field)
}

describe('an identity', () => {
  it.each([
    [{}, true],
    [{ token: 'x' }, true],
    [{ company: { id: '1', name: 'n' } }, true],
    [{ userId: 7 }, false],
    [{ userId: null }, false],
    [{ list: ['x'] }, false],
    [{ company: { address: { city: 'x' } } }, false],
    [['x'], false],
    ['token', false],
    [null, false],
  ])('%j: %s', (value, right) => expect(isIdentity(value)).toBe(right))
})

describe('a frame of the stream', () => {
  it.each([
    [{ type: 'ready', cursor: 'c' }, true],
    [{ type: 'ready', cursor: null }, false],
    [{ type: 'message.created', cursor: 'c', data: {} }, true],
    [{ type: 'message.created', cursor: 'c', data: null }, false],
    [{ type: 'message.created', data: {} }, false],
    [{ type: 'typing', cursor: null, data: {} }, true],
    [{ type: 'typing', cursor: 'c', data: {} }, false],
    [{ type: 'of.tomorrow', cursor: 'c', data: {} }, false],
    [null, false],
    ['ready', false],
  ])('%j: %s', (value, right) => expect(isStreamFrame(value)).toBe(right))
})
