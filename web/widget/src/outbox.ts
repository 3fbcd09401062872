//! What was written and is not confirmed yet: sent in order, one after the other, as often as it takes.
import type { Conversation, Message } from '@countersign/protocol/contract'
import { passes, Refused } from './api.ts'
import { NEW, PATH, type Box } from './box.ts'
import { randomId } from './key.ts'
import type { Caller } from './live.ts'
import { PageFailed } from './session.ts'

/** The same `client_id` makes every repetition safe. */
export type Draft = { client_id: string; text: string; state: 'sending' | 'delayed' | 'refused' }

const FIRST_WAIT = 2000
const LONGEST_WAIT = 30_000

export class Outbox {
  private readonly busy = new Set<string>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private wait = FIRST_WAIT
  private stopped = false

  constructor(
    private readonly session: Caller,
    private readonly box: Box,
  ) {}

  add(home: string, text: string): void {
    this.box.thread(home).drafts.push({ client_id: randomId(), text, state: 'sending' })
    this.box.changed()
    void this.drain(home)
  }

  /** The visitor wants it tried again. */
  retry(home: string, draft: Draft): void {
    draft.state = 'sending'
    this.box.changed()
    void this.drain(home)
  }

  /** What waits is tried again now. */
  readonly again = (): void => {
    clearTimeout(this.timer)
    for (const home of new Set([NEW, this.box.current, ...this.box.conversations.map((one) => one.id)])) void this.drain(home)
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  private async drain(home: string): Promise<void> {
    if (this.busy.has(home)) return
    this.busy.add(home)
    try {
      for (let draft; !this.stopped && (draft = this.next(home)); ) home = await this.deliver(home, draft)
    } catch {
      // Said beside the message; the next attempt is due.
    } finally {
      this.busy.delete(home)
      this.box.changed()
    }
  }

  private next(home: string): Draft | undefined {
    return this.box.thread(home).drafts.find((draft) => draft.state !== 'refused')
  }

  /** The conversation that it is in now. */
  private async deliver(home: string, draft: Draft): Promise<string> {
    const { client_id, text } = draft
    try {
      if (home === NEW) return await this.found(draft)
      this.box.receive(await this.session.call<Message>('POST', `${PATH}/${home}/messages`, { client_id, text }))
      this.wait = FIRST_WAIT
      return home
    } catch (error) {
      if (await this.isRefused(draft, error)) return home
      this.later(home, error)
      throw error
    }
  }

  /** The first message opens its conversation. */
  private async found(draft: Draft): Promise<string> {
    const { client_id, text } = draft
    const conversation = await this.session.call<Conversation>('POST', PATH, { client_id, text })
    this.busy.delete(NEW)
    this.busy.add(conversation.id)
    try {
      await this.box.load(conversation.id)
    } catch {
      // It is there, and is loaded when it is looked at again.
    }
    const thread = this.box.thread(NEW)
    thread.drafts = thread.drafts.filter((one) => one !== draft)
    this.box.move(conversation.id)
    this.box.put(conversation)
    return conversation.id
  }

  /** Trying again would not mend it. */
  private async isRefused(draft: Draft, error: unknown): Promise<boolean> {
    if (passes(error) || error instanceof PageFailed) return false
    draft.state = 'refused'
    if (error instanceof Refused && error.problem.status === 409) await this.box.refresh().catch(() => {})
    return true
  }

  private later(home: string, error: unknown): void {
    for (const waiting of this.box.thread(home).drafts) if (waiting.state === 'sending') waiting.state = 'delayed'
    clearTimeout(this.timer)
    const asked = error instanceof Refused && error.after ? error.after * 1000 : 0
    if (!this.stopped) this.timer = setTimeout(this.again, Math.max(asked, this.wait))
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT)
  }
}
