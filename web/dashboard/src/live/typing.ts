// Who is typing where: forgotten five seconds after the last word of it.
import type { TypingAuthor } from '../contract.ts'

const FORGET_AFTER = 5_000

type Entry = { conversation: string; author: TypingAuthor; stop: () => void }
type Later = (act: () => void, ms: number) => () => void

export class Typing {
  private entries: readonly Entry[] = []
  private readonly watchers = new Set<() => void>()

  constructor(private readonly later: Later) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  readonly snapshot = (): readonly Entry[] => this.entries

  heard(conversation: string, author: TypingAuthor): void {
    this.forget(conversation, author.id)
    const stop = this.later(() => this.forget(conversation, author.id), FORGET_AFTER)
    this.replace([...this.entries, { conversation, author, stop }])
  }

  /** A message from them arrived: they are done typing. */
  forget(conversation: string, author: string | null): void {
    const gone = this.entries.filter((e) => e.conversation === conversation && e.author.id === author)
    if (gone.length === 0) return
    for (const entry of gone) entry.stop()
    this.replace(this.entries.filter((e) => !gone.includes(e)))
  }

  private replace(entries: readonly Entry[]): void {
    this.entries = entries
    for (const watcher of this.watchers) watcher()
  }
}
