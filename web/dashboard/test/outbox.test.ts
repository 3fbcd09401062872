// Replies on their way: repeated with the same client id, in order, and never lost in silence.
import { describe, expect, it } from 'vitest'
import { Problem, Unreachable } from '../src/api/problem.ts'
import type { Message } from '../src/contract.ts'
import { Outbox } from '../src/live/outbox.ts'

type Answer = 'ok' | Error

function world(answers: Answer[]) {
  const calls: string[] = []
  const waits: number[] = []
  const sent: string[] = []
  let count = 0
  const outbox = new Outbox({
    send: async (conversation, clientId, text) => {
      calls.push(`${clientId} ${text}`)
      const answer = answers.shift() ?? 'ok'
      if (answer !== 'ok') throw answer
      return { id: 'msg', conversation, client_id: clientId, text } as Message
    },
    sent: (message) => sent.push(message.text),
    later: async (ms) => void waits.push(ms),
    id: () => `c${(count += 1)}`,
    now: () => '2026-01-01T00:00:00.000Z',
  })
  return { outbox, calls, waits, sent, settled: () => new Promise((done) => setTimeout(done, 5)) }
}

const busy = new Problem(503, 'unavailable', null, 'req_1', null)
const closed = new Problem(409, 'conversation_closed', 'this conversation is closed', 'req_2', null)

describe('outbox', () => {
  it('shows a reply at once and forgets it when it is confirmed', async () => {
    const { outbox, sent, settled } = world(['ok'])
    outbox.send('cnv_1', 'hello')
    expect(outbox.snapshot()).toMatchObject([{ text: 'hello', state: 'sending', client_id: 'c1' }])
    await settled()
    expect(outbox.snapshot()).toEqual([])
    expect(sent).toEqual(['hello'])
  })

  it('repeats with the same client id what may pass', async () => {
    const { outbox, calls, waits, settled } = world([new Unreachable('lost'), busy, 'ok'])
    outbox.send('cnv_1', 'hello')
    await settled()
    expect(calls).toEqual(['c1 hello', 'c1 hello', 'c1 hello'])
    expect(waits).toEqual([1_000, 2_000])
    expect(outbox.snapshot()).toEqual([])
  })

  it('stops after three tries, tells why, and a person may send it again', async () => {
    const { outbox, calls, settled } = world([busy, busy, busy, 'ok'])
    outbox.send('cnv_1', 'hello')
    await settled()
    expect(outbox.snapshot()).toMatchObject([{ state: 'failed', error: { reference: 'req_1' } }])
    outbox.retry('c1')
    expect(outbox.snapshot()).toMatchObject([{ state: 'sending', error: null }])
    await settled()
    expect(calls).toHaveLength(4)
    expect(outbox.snapshot()).toEqual([])
  })

  it('does not repeat what cannot pass', async () => {
    const { outbox, calls, settled } = world([closed])
    outbox.send('cnv_1', 'hello')
    await settled()
    expect(calls).toHaveLength(1)
    expect(outbox.snapshot()).toMatchObject([{ state: 'failed', error: { text: 'This conversation is closed. Reopen it to reply.' } }])
  })

  it('keeps the order within a conversation', async () => {
    const { outbox, sent, settled } = world([busy, 'ok', 'ok'])
    outbox.send('cnv_1', 'first')
    outbox.send('cnv_1', 'second')
    await settled()
    expect(sent).toEqual(['first', 'second'])
  })

  it('does not let one conversation wait for another', async () => {
    const { outbox, calls, settled } = world([])
    outbox.send('cnv_1', 'a')
    outbox.send('cnv_2', 'b')
    await Promise.resolve()
    await Promise.resolve()
    expect(calls).toEqual(['c1 a', 'c2 b'])
    await settled()
  })

  it('discards what failed', async () => {
    const { outbox, settled } = world([closed])
    outbox.send('cnv_1', 'hello')
    await settled()
    outbox.discard('c1')
    expect(outbox.snapshot()).toEqual([])
  })
})
