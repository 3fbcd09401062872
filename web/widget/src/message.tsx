//! One message, and what stands between two of them.
import type { Message } from '@countersign/protocol/contract'
import type { ComponentChildren } from 'preact'
import { Icon } from './icons.tsx'
import type { Tongue } from './words.ts'

/** Messages of one author within so many milliseconds stand together. */
const TOGETHER = 5 * 60_000

type Props = { message: Message; before: Message | undefined; after: Message | undefined; state: string | null; tongue: Tongue }

export function Bubble({ message, before, after, state, tongue: { words, region } }: Props) {
  const { author, created_at, text } = message
  const isOwn = author.kind === 'visitor'
  const isFirst = !belongs(before, message)
  const isLast = !belongs(message, after)
  const name = author.name ?? words.team
  const clock = new Date(created_at).toLocaleTimeString(region, { hour: 'numeric', minute: '2-digit' })
  return (
    <article class={`bubble${isOwn ? ' own' : ''}${isFirst ? ' first' : ''}${isLast ? ' last' : ''}`}>
      {!isOwn && isLast && <Avatar name={author.name ?? null} />}
      {isFirst && !isOwn ? <h3 class="author"><bdi>{name}</bdi></h3> : <h3 class="hidden">{isOwn ? words.you : name}</h3>}
      <p><span dir="auto"><Text text={text} /></span></p>
      <div class={isLast || state ? 'foot' : 'hidden'}><time dateTime={created_at}>{clock}</time>{state && ` · ${state}`}</div>
    </article>
  )
}

/** Whether the second goes on where the first ended. */
function belongs(first: Message | undefined, second: Message | undefined): boolean {
  if (!first || !second || first.author.kind !== second.author.kind || first.author.id !== second.author.id) return false
  const [from, to] = [new Date(first.created_at), new Date(second.created_at)]
  return to.getTime() - from.getTime() < TOGETHER && from.toDateString() === to.toDateString()
}

/** A day's heading above its first message. */
export function Day({ message, before, tongue: { words, region } }: Omit<Props, 'after' | 'state'>) {
  const day = new Date(message.created_at)
  if (before && new Date(before.created_at).toDateString() === day.toDateString()) return null
  const now = new Date()
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
  const year = day.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const }
  const text = day.toDateString() === now.toDateString() ? words.today
    : day.toDateString() === yesterday.toDateString() ? words.yesterday
    : day.toLocaleDateString(region, { weekday: 'long', day: 'numeric', month: 'long', ...year })
  return <h2 class="day">{text}</h2>
}

/** The first letters of a name; without one, a sign. */
export function Avatar({ name }: { name: string | null }) {
  const words = name?.trim().split(/\s+/) ?? []
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  const letters = ends.map((word) => [...(word ?? '')][0] ?? '').join('')
  return <span class="avatar" aria-hidden="true">{letters || <Icon of="chat" size={15} />}</span>
}

const LINK = /https?:\/\/[^\s<>"'\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi
/** What ends a sentence and not an address. */
const TAIL = /[.,;:!?…)\]}»”’*_]+$/

/** Text nodes only; what is a web address becomes a link. */
export function Text({ text }: { text: string }) {
  const parts: ComponentChildren[] = []
  let from = 0
  for (const found of text.matchAll(LINK)) {
    const address = trimmed(found[0])
    if (!isWeb(address)) continue
    parts.push(text.slice(from, found.index))
    parts.push(<a href={address} dir="ltr" target="_blank" rel="noopener noreferrer nofollow ugc">{address}</a>)
    from = found.index + address.length
  }
  return <>{parts}{text.slice(from)}</>
}

/** A bracket that the address opened itself is its own. */
function trimmed(address: string): string {
  const short = address.replace(TAIL, '')
  const tail = address.slice(short.length)
  const isOpen = short.split('(').length > short.split(')').length
  return isOpen && tail.startsWith(')') ? `${short})` : short
}

/** Nobody is shown one host and led to another: no name or password before the host. */
function isWeb(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return /^https?:$/.test(protocol) && !username && !password
}
