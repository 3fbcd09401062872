//! What the page's button counts: what is unread of messages and of notifications together.
import { tell } from './host.ts'

type Part = 'messages' | 'notifications'

export class Badge {
  private readonly counts: Record<Part, number> = { messages: 0, notifications: 0 }
  private told: number | null = null

  put(of: Part, count: number): void {
    this.counts[of] = count
    const unread = this.counts.messages + this.counts.notifications
    if (unread !== this.told) tell({ kind: 'unread', count: unread })
    this.told = unread
  }
}
