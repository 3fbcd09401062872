// How a run of messages is laid out: days, what is new, changes of trust, and groups of one author.
import type { Message, Trust } from '../../contract.ts'
import { dayName, sameDay } from '../../ui/time.tsx'

export type Part =
  | { kind: 'day'; key: string; text: string }
  | { kind: 'new'; key: string }
  | { kind: 'trust'; key: string; trust: Trust }
  | { kind: 'group'; key: string; messages: Message[] }

/** Messages of one author within this stand together. */
const TOGETHER = 5 * 60_000

/**
 * The parts of a thread, in order. `readBefore` is what our side had seen when the thread was opened.
 *
 * A change of a visitor's trust is a part of its own: the same name may not be the same proof.
 */
export function arranged(messages: Message[], readBefore: number, now: Date): Part[] {
  const parts: Part[] = []
  let trust: Trust | null = null
  let before: Message | null = null
  let newShown = false
  for (const message of messages) {
    const at = new Date(message.created_at)
    let joins = before !== null && sameAuthor(before, message) && at.getTime() - new Date(before.created_at).getTime() < TOGETHER
    if (!before || !sameDay(new Date(before.created_at), at)) {
      parts.push({ kind: 'day', key: `day-${message.seq}`, text: dayName(at, now) })
      joins = false
    }
    if (!newShown && message.seq > readBefore && message.author.kind === 'visitor') {
      newShown = true
      if (before) {
        parts.push({ kind: 'new', key: `new-${message.seq}` })
        joins = false
      }
    }
    const proven: Trust | null = message.author.kind === 'visitor' ? message.author.trust : null
    if (proven && trust && proven !== trust) {
      parts.push({ kind: 'trust', key: `trust-${message.seq}`, trust: proven })
      joins = false
    }
    if (proven) trust = proven
    const last = parts[parts.length - 1]
    if (joins && last?.kind === 'group') last.messages.push(message)
    else parts.push({ kind: 'group', key: `group-${message.seq}`, messages: [message] })
    before = message
  }
  return parts
}

function sameAuthor(a: Message, b: Message): boolean {
  return a.author.kind === b.author.kind && a.author.id === b.author.id
}
