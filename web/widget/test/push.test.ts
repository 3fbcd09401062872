import { beforeEach, expect, test, vi } from 'vitest'

const told: object[] = []
vi.stubGlobal('location', { search: '?host=https://app.example&view=inbox', pathname: '/embed/cs_pk', origin: 'https://widget.example' })
vi.stubGlobal('window', { parent: { postMessage: (message: object) => told.push(message) }, addEventListener: () => {} })

const { Push } = await import('../src/push.ts')
type Session = import('../src/live.ts').Caller

let calls: [string, string, unknown][]
let works: boolean
const session = { call: async (method: string, path: string, body: unknown) => {
  calls.push([method, path.replace('/widget/v1/', ''), body])
  if (!works) throw new Error('unreachable')
  return path.endsWith('push_key') ? { public_key: 'BA' } : { id: 'psh_1' }
} } as unknown as Session
const subscription = { endpoint: 'https://push.example/1', keys: { p256dh: 'BA', auth: 'AA' } }

beforeEach(() => {
  calls = []
  told.length = 0
  works = true
})

test('the page is told the key, and whether the visitor is reached', async () => {
  const push = new Push(session)
  await push.hear({ kind: 'want-push-key' })
  await push.hear({ kind: 'subscribe', subscription: { ...subscription, more: 'x' } as typeof subscription })
  await push.hear({ kind: 'unsubscribe' })
  expect(told).toEqual([{ kind: 'push-key', key: 'BA' }, { kind: 'subscribed', on: true }, { kind: 'subscribed', on: false }])
  expect(calls).toEqual([
    ['GET', 'push_key', undefined],
    ['POST', 'push_subscriptions', subscription],
    ['DELETE', 'push_subscriptions/psh_1', undefined],
  ])
})

test('what fails is told as it is: not reached, or reached still', async () => {
  const push = new Push(session)
  works = false
  await push.hear({ kind: 'want-push-key' })
  await push.hear({ kind: 'subscribe', subscription })
  works = true
  await push.hear({ kind: 'subscribe', subscription })
  works = false
  await push.hear({ kind: 'unsubscribe' })
  expect(told).toEqual([
    { kind: 'push-key', key: null }, { kind: 'subscribed', on: false }, { kind: 'subscribed', on: true }, { kind: 'subscribed', on: true },
  ])
})

test('who was never reached needs no call to be left alone', async () => {
  await new Push(session).hear({ kind: 'unsubscribe' })
  expect([calls, told]).toEqual([[], [{ kind: 'subscribed', on: false }]])
})
