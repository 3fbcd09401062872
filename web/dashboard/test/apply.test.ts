// What frames do to the lists on screen.
import { describe, expect, it } from 'vitest'
import type { Conversation, Message } from '../src/contract.ts'
import { belongs, type Filter, inOrder, newer, type Pages, withConversation, withMessage, withNewMessage } from '../src/live/apply.ts'

const ME = 'mem_me'

const conversation = (change: Partial<Conversation> = {}): Conversation => ({
  id: 'cnv_1',
  state: 'open',
  contact: { id: 'con_1', name: 'Alice', email: null, company: null, trust: 'jwt' },
  assignee: null,
  last_seq: 3,
  unread: 0,
  seen: { visitor: 3, member: 3 },
  preview: null,
  created_at: '2026-01-01T00:00:00.000Z',
  last_message_at: '2026-01-02T00:00:00.000Z',
  ...change,
})

const message = (seq: number, kind: 'visitor' | 'member' = 'visitor'): Message => ({
  id: `msg_${seq}`,
  conversation: 'cnv_1',
  seq,
  client_id: null,
  text: `text ${seq}`,
  author: { kind, id: kind === 'visitor' ? 'con_1' : ME, name: null, trust: kind === 'visitor' ? 'jwt' : null },
  created_at: `2026-01-03T00:00:0${seq}.000Z`,
})

const list = <Item>(...pages: Item[][]): Pages<Item> => ({
  pages: pages.map((items, n) => ({ items, next_cursor: n + 1 < pages.length ? `c${n}` : null })),
  pageParams: [null],
})

const ids = (pages: Pages<Conversation>) => pages.pages.map((page) => page.items.map((one) => one.id))

describe('belongs', () => {
  const mine = conversation({ assignee: { id: ME, name: 'Me' } })
  const cases: [string, Conversation, Filter, boolean][] = [
    ['open in open', conversation(), { state: 'open' }, true],
    ['closed in open', conversation({ state: 'closed' }), { state: 'open' }, false],
    ['closed in all', conversation({ state: 'closed' }), { state: 'all' }, true],
    ['mine in mine', mine, { state: 'open', assignee: 'me' }, true],
    ['nobody’s in mine', conversation(), { state: 'open', assignee: 'me' }, false],
    ['nobody’s in unassigned', conversation(), { state: 'open', assignee: 'none' }, true],
    ['mine in unassigned', mine, { state: 'open', assignee: 'none' }, false],
    ['mine in another member’s', mine, { state: 'open', assignee: 'mem_other' }, false],
    ['this contact', conversation(), { state: 'open', contact: 'con_1' }, true],
    ['another contact', conversation(), { state: 'open', contact: 'con_2' }, false],
  ]
  it.each(cases)('%s', (_, one, filter, expected) => expect(belongs(one, filter, ME)).toBe(expected))
})

describe('withConversation', () => {
  const old = conversation({ id: 'cnv_old', last_message_at: '2026-01-01T10:00:00.000Z' })
  const young = conversation({ id: 'cnv_young', last_message_at: '2026-01-03T10:00:00.000Z' })
  const one = conversation()

  it('puts a new one where its activity is', () => {
    expect(ids(withConversation(list([young, old]), one, { state: 'open' }, ME))).toEqual([['cnv_young', 'cnv_1', 'cnv_old']])
  })
  it('moves a known one up and never shows it twice', () => {
    const moved = withConversation(list([young, old], [one]), { ...one, last_message_at: '2026-02-01T00:00:00.000Z' }, { state: 'open' }, ME)
    expect(ids(moved)).toEqual([['cnv_1', 'cnv_young', 'cnv_old'], []])
  })
  it('takes out what no longer belongs', () => {
    expect(ids(withConversation(list([young, one]), { ...one, state: 'closed' }, { state: 'open' }, ME))).toEqual([['cnv_young']])
  })
  it('leaves out what belongs to a page that is not loaded', () => {
    const pages: Pages<Conversation> = { pages: [{ items: [young], next_cursor: 'more' }], pageParams: [null] }
    expect(ids(withConversation(pages, old, { state: 'open' }, ME))).toEqual([['cnv_young']])
  })
  it('does not touch the old list', () => {
    const before = list([young, old])
    withConversation(before, one, { state: 'open' }, ME)
    expect(ids(before)).toEqual([['cnv_young', 'cnv_old']])
  })
})

describe('withNewMessage', () => {
  it('counts a visitor’s message as unread', () => {
    const after = withNewMessage(conversation(), message(4))
    expect(after).toMatchObject({ last_seq: 4, unread: 1, preview: { text: 'text 4', author: 'visitor' }, last_message_at: '2026-01-03T00:00:04.000Z' })
  })
  it('does not count ours', () => expect(withNewMessage(conversation(), message(4, 'member')).unread).toBe(0))
  it('counts a repeat once', () => {
    const once = withNewMessage(conversation(), message(4))
    expect(withNewMessage(once, message(4))).toBe(once)
  })
})

describe('newer', () => {
  it('keeps what the stream already told when an older answer arrives late', () => {
    const shown = withNewMessage(conversation(), message(4))
    expect(newer(shown, conversation({ state: 'closed' }))).toMatchObject({ last_seq: 4, state: 'closed', unread: 1 })
  })
})

describe('withMessage', () => {
  const pages = list([message(3), message(2)], [message(1)])
  it('adds the next one', () => {
    const { list: after, gap } = withMessage(pages, message(4))
    expect(inOrder(after).map((m) => m.seq)).toEqual([1, 2, 3, 4])
    expect(gap).toBe(false)
  })
  it('tells a gap', () => expect(withMessage(pages, message(6)).gap).toBe(true))
  it('ignores a repeat', () => expect(withMessage(pages, message(3)).list).toBe(pages))
  it('has no gap in an empty thread', () => expect(withMessage(list<Message>([]), message(1)).gap).toBe(false))
})

describe('inOrder', () => {
  it('gives each message once, oldest first, over overlapping pages', () => {
    expect(inOrder(list([message(3), message(2)], [message(2), message(1)])).map((m) => m.seq)).toEqual([1, 2, 3])
  })
  it('gives nothing for nothing', () => expect(inOrder(undefined)).toEqual([]))
})
