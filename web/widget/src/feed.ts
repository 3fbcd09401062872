//! The visitor's notifications: what is loaded of them, and what is done with them.
import type { Item } from '@countersign/protocol/feed'
import type { StreamFrame } from '@countersign/protocol/stream'
import type { Page } from '@countersign/protocol/contract'
import type { Caller, Live } from './live.ts'
import { Preferences } from './preferences.ts'
import { plain } from '@countersign/protocol/title'

export const FEED = '/widget/v1/notifications'
/** Ids that the server takes in one call. */
const MOST = 1000

/** As the server sends it. */
type Sent = Omit<Item, 'text'> & { archived_at: string | null }
type Mark = 'seen_at' | 'clicked_at' | 'archived_at'

/** Whoever put the feed there. */
export type Around = {
  /** Something of it is different now. */
  changed(feed: Feed): void
  /** The visitor wants to go where the item leads. */
  follow(item: Item): void
}

export class Feed {
  items: Item[] = []
  unread = 0
  ready = false
  /** Something has been told at some time: there is something to see, or to choose. */
  used = false
  online = true
  loading = false
  /** What was new when it was first looked at stays marked until the visitor looks away. */
  readonly fresh = new Set<string>()
  /** The visitor chooses what to be told of. */
  chooses = false
  readonly preferences: Preferences
  private older: string | null = null
  private stopped = false

  constructor(
    private readonly session: Caller,
    private readonly live: Live,
    private readonly draw: () => void,
    private readonly around: Around,
    private shown: boolean,
  ) {
    this.preferences = new Preferences(session, draw)
    live.join({
      hear: (frame) => this.hear(frame),
      caughtUp: (isFresh) => void ((isFresh || !this.ready) && this.refresh().catch(() => {})),
      online: (online) => {
        this.online = online
        this.draw()
      },
    })
  }

  get more(): boolean {
    return this.older !== null
  }

  async start(): Promise<void> {
    await this.refresh()
    this.live.now()
  }

  stop(): void {
    this.stopped = true
    this.live.stop()
  }

  show(shown: boolean): void {
    this.shown = shown
    if (!shown) this.fresh.clear()
    this.changed()
  }

  choose(chooses: boolean): void {
    this.chooses = chooses
    if (chooses) void this.preferences.load()
    this.draw()
  }

  /** The newest, and how many are unread; what was loaded beyond them is loaded again when it is wanted. */
  async refresh(): Promise<void> {
    const page = await this.page(null)
    const items = page.items.filter(isThere)
    const isAll = page.next_cursor === null
    const { unread } = isAll ? { unread: items.filter((item) => item.seen_at === null).length } : await this.session.call<{ unread: number }>('GET', `${FEED}/unread`)
    this.items = items.map(shownAs)
    this.older = page.next_cursor
    this.unread = unread
    this.used ||= page.items.length > 0
    this.ready = true
    this.changed()
  }

  async loadOlder(): Promise<void> {
    if (!this.older || this.loading) return
    this.loading = true
    this.draw()
    try {
      const page = await this.page(this.older)
      const known = new Set(this.items.map(({ id }) => id))
      this.items.push(...page.items.filter((item) => isThere(item) && !known.has(item.id)).map(shownAs))
      this.older = page.next_cursor
    } catch {
      // The button stays, and may be pressed again.
    } finally {
      this.loading = false
      this.changed()
    }
  }

  async see(ids: string[]): Promise<void> {
    const now = new Date().toISOString()
    const unseen = this.items.filter((item) => item.seen_at === null && ids.includes(item.id))
    for (const item of unseen) item.seen_at = now
    if (unseen.length) await this.mark(unseen.map(({ id }) => id), 'seen_at', now)
  }

  /** Also those that are not loaded. */
  async seeAll(): Promise<void> {
    const now = new Date().toISOString()
    this.fresh.clear()
    for (const item of this.items) item.seen_at ??= now
    this.count(await this.session.call<{ unread: number }>('POST', `${FEED}/seen`))
  }

  async archive(ids: string[]): Promise<void> {
    this.items = this.items.filter(({ id }) => !ids.includes(id))
    await this.mark(ids, 'archived_at', new Date().toISOString())
  }

  /** The visitor goes there when the server knows of it, or does not answer soon. */
  async follow(item: Item): Promise<void> {
    const noted = this.mark([item.id], 'clicked_at', new Date().toISOString())
    await Promise.race([noted, new Promise((resolve) => setTimeout(resolve, 500))])
    this.around.follow(item)
  }

  private async mark(ids: string[], mark: Mark, at: string): Promise<void> {
    this.changed()
    try {
      for (let from = 0; from < ids.length; from += MOST) {
        const body = { ids: ids.slice(from, from + MOST), [mark]: at }
        this.count(await this.session.call<{ unread: number }>('PATCH', FEED, body))
      }
    } catch {
      await this.refresh().catch(() => {})
    }
  }

  private count({ unread }: { unread: number }): void {
    this.unread = unread
    this.changed()
  }

  private hear(frame: StreamFrame): void {
    if (frame.type === 'notifications.changed') return void this.refresh().catch(() => {})
    if (frame.type !== 'notification.added') return
    const { notification, unread } = frame.data
    this.used = true
    this.items = [shownAs(notification), ...this.items.filter(({ id }) => id !== notification.id)]
    this.count({ unread })
  }

  private page(cursor: string | null): Promise<Page<Sent>> {
    return this.session.call('GET', `${FEED}?limit=25${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
  }

  /** Draws, tells the page, and takes what stands before the visitor's eyes for seen. */
  changed(): void {
    if (this.stopped) return
    this.draw()
    if (!this.ready) return
    this.around.changed(this)
    if (!this.shown || document.hidden) return
    const unseen = this.items.filter((item) => item.seen_at === null).map(({ id }) => id)
    for (const id of unseen) this.fresh.add(id)
    if (unseen.length) void this.see(unseen)
  }
}

const isThere = (item: Sent) => item.archived_at === null

function shownAs({ id, type, sub, title, url, parameters, at, seen_at, clicked_at }: Sent): Item {
  return { id, type, sub, title, text: plain(title), url, parameters, at, seen_at, clicked_at }
}
