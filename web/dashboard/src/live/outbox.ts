// Replies on their way: shown at once, sent in order, safe to repeat because each keeps its client id.
import type { Message } from '../contract.ts'
import { passes, told } from '../api/problem.ts'

export type Outgoing = {
  client_id: string
  conversation: string
  text: string
  created_at: string
  state: 'sending' | 'failed'
  error: { text: string; reference: string | null } | null
}

export type OutboxWorld = {
  send: (conversation: string, clientId: string, text: string) => Promise<Message>
  sent: (message: Message) => void
  later: (ms: number) => Promise<void>
  id: () => string
  now: () => string
}

/** How often a reply is sent again by itself before a person is asked. */
const TRIES = 3

export class Outbox {
  private all: readonly Outgoing[] = []
  private readonly watchers = new Set<() => void>()
  private readonly queues = new Map<string, Promise<void>>()

  constructor(private readonly world: OutboxWorld) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /** The same array as long as nothing changed. */
  readonly snapshot = (): readonly Outgoing[] => this.all

  send(conversation: string, text: string): void {
    const { id, now } = this.world
    const one: Outgoing = { client_id: id(), conversation, text, created_at: now(), state: 'sending', error: null }
    this.replace([...this.all, one])
    this.enqueue(one)
  }

  retry(clientId: string): void {
    const one = this.all.find((o) => o.client_id === clientId && o.state === 'failed')
    if (!one) return
    this.change(clientId, { state: 'sending', error: null })
    this.enqueue(one)
  }

  discard(clientId: string): void {
    this.replace(this.all.filter((o) => o.client_id !== clientId))
  }

  clear(): void {
    this.replace([])
  }

  /** One after the other within a conversation, so that replies keep their order. */
  private enqueue(one: Outgoing): void {
    const before = this.queues.get(one.conversation) ?? Promise.resolve()
    this.queues.set(one.conversation, before.then(() => this.deliver(one)))
  }

  private async deliver(one: Outgoing): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const message = await this.world.send(one.conversation, one.client_id, one.text)
        this.world.sent(message)
        return this.discard(one.client_id)
      } catch (error) {
        if (!passes(error) || attempt === TRIES) {
          return this.change(one.client_id, { state: 'failed', error: told(error) })
        }
        await this.world.later(500 * 2 ** attempt)
      }
    }
  }

  private change(clientId: string, change: Partial<Outgoing>): void {
    this.replace(this.all.map((o) => (o.client_id === clientId ? { ...o, ...change } : o)))
  }

  private replace(all: readonly Outgoing[]): void {
    this.all = all
    for (const watcher of this.watchers) watcher()
  }
}
