//! What the frame knows: conversations, their messages, and which of them is looked at.
import type { Conversation, Message, Page } from '@countersign/protocol/contract'
import type { StreamFrame } from '@countersign/protocol/stream'
import type { Caller, Live } from './live.ts'
import { Outbox, type Draft } from './outbox.ts'

export type Thread = {
  messages: Message[]
  drafts: Draft[]
  /** What stands in the field, unsent. */
  written: string
  older: string | null
  loaded: boolean
  loading: boolean
}

/** The conversation that does not exist before its first message. */
export const NEW = 'new'
export const PATH = '/widget/v1/conversations'

const TYPING_EVERY = 3000
const TYPING_FOR = 5000
const PREVIEW = 120

export class Box {
  conversations: Conversation[] = []
  current = NEW
  listed = false
  online = true
  ready = false
  /** The end of the conversation is in sight. */
  atEnd = true
  typing: { conversation: string; name: string; until: number } | null = null
  readonly outbox: Outbox
  private readonly threads = new Map<string, Thread>()
  private saidTyping = 0
  private told: number | null = null
  private stopped = false

  constructor(
    private readonly session: Caller,
    private readonly live: Live,
    private readonly draw: () => void,
    /** Hears how much is unread, whenever that changes. */
    private readonly count: (unread: number) => void,
    private shown: boolean,
  ) {
    this.outbox = new Outbox(session, this)
    live.join({
      hear: (frame) => this.hear(frame),
      caughtUp: (isFresh) => void this.catchUp(isFresh),
      online: (online) => this.go(online),
    })
  }

  async start(): Promise<void> {
    await this.refresh()
    this.current = this.conversations[0]?.id ?? NEW
    if (this.current !== NEW) await this.load(this.current)
    this.ready = true
    this.changed()
    this.live.now()
  }

  stop(): void {
    this.stopped = true
    this.outbox.stop()
    this.live.stop()
  }

  thread(id = this.current): Thread {
    let thread = this.threads.get(id)
    if (!thread) {
      thread = { messages: [], drafts: [], written: '', older: null, loaded: id === NEW, loading: false }
      this.threads.set(id, thread)
    }
    return thread
  }

  /** In all conversations together. */
  get unread(): number {
    return this.conversations.reduce((sum, one) => sum + one.unread, 0)
  }

  conversation(): Conversation | undefined {
    return this.conversations.find((one) => one.id === this.current)
  }

  choose(id: string): void {
    this.current = id
    this.listed = false
    this.atEnd = true
    this.changed()
    if (id !== NEW && !this.thread(id).loaded) void this.load(id).catch(() => {})
    void this.see()
  }

  list(): void {
    this.listed = true
    this.changed()
  }

  show(shown: boolean): void {
    this.shown = shown
    void this.see()
  }

  reach(atEnd: boolean): void {
    this.atEnd = atEnd
    void this.see()
  }

  send(text: string): void {
    this.thread().written = ''
    this.outbox.add(this.current, text)
  }

  say(): void {
    if (this.current === NEW || Date.now() - this.saidTyping < TYPING_EVERY) return
    this.saidTyping = Date.now()
    this.live.say({ type: 'typing', conversation: this.current })
  }

  /** The newest messages; whatever is missing between them and ours makes ours worthless. */
  async load(id: string): Promise<void> {
    const page = await this.page(id, null)
    const thread = this.thread(id)
    const last = thread.messages.at(-1)?.seq ?? 0
    const joins = thread.loaded && page.items.some((message) => message.seq <= last + 1)
    if (!joins) {
      thread.messages = thread.messages.filter((message) => message.seq > (page.items[0]?.seq ?? 0))
      thread.older = page.next_cursor
    }
    thread.loaded = true
    for (const message of page.items) this.insert(thread, message)
    this.changed()
    void this.see()
  }

  async loadOlder(): Promise<void> {
    const thread = this.thread()
    if (!thread.older || thread.loading) return
    thread.loading = true
    this.changed()
    try {
      const page = await this.page(this.current, thread.older)
      for (const message of page.items) this.insert(thread, message)
      thread.older = page.next_cursor
    } catch {
      // The button stays, and may be pressed again.
    } finally {
      thread.loading = false
      this.changed()
    }
  }

  async refresh(): Promise<void> {
    const page = await this.session.call<Page<Conversation>>('GET', `${PATH}?limit=50`)
    this.conversations = page.items
    this.changed()
  }

  put(conversation: Conversation): void {
    const others = this.conversations.filter((one) => one.id !== conversation.id)
    this.conversations = [...others, conversation].sort((a, b) => (activity(a) < activity(b) ? 1 : -1))
    this.changed()
  }

  /** The new conversation has become one: what was begun in it goes on there. */
  move(to: string): void {
    const from = this.thread(NEW)
    this.threads.delete(NEW)
    const thread = this.thread(to)
    thread.drafts.push(...from.drafts)
    thread.written ||= from.written
    if (this.current === NEW) this.current = to
  }

  receive(message: Message): void {
    const thread = this.thread(message.conversation)
    const last = thread.messages.at(-1)?.seq ?? 0
    const isNew = this.insert(thread, message)
    thread.drafts = thread.drafts.filter((draft) => draft.client_id !== message.client_id)
    if (message.author.kind !== 'visitor') this.typing = null
    const conversation = this.conversations.find((one) => one.id === message.conversation)
    if (conversation && isNew && message.seq > conversation.last_seq) this.note(conversation, message)
    if (!conversation) void this.refresh().catch(() => {})
    if (thread.loaded && message.seq > last + 1) void this.load(message.conversation).catch(() => {})
    this.changed()
    void this.see()
  }

  changed(): void {
    if (this.stopped) return
    const { unread } = this
    if (unread !== this.told) this.count(unread)
    this.told = unread
    this.draw()
  }

  private hear(frame: StreamFrame): void {
    switch (frame.type) {
      case 'message.created':
        return this.receive(frame.data)
      case 'conversation.changed':
        this.put(frame.data)
        return void this.see()
      case 'typing':
        this.typing = { conversation: frame.data.conversation, name: frame.data.author.name, until: Date.now() + TYPING_FOR }
        setTimeout(() => this.changed(), TYPING_FOR + 100)
        return this.changed()
      case 'notification.added':
      case 'notifications.changed':
      case 'ready':
      case 'resync':
    }
  }

  /** After a break in what was heard: the lists again, and what they have more than we. */
  private async catchUp(isFresh: boolean): Promise<void> {
    this.outbox.again()
    try {
      if (!this.thread().loaded) await this.load(this.current)
      if (!isFresh) return
      await this.refresh()
      for (const [id, thread] of this.threads) {
        const { last_seq } = this.conversations.find((one) => one.id === id) ?? { last_seq: 0 }
        if (!thread.loaded || last_seq <= (thread.messages.at(-1)?.seq ?? 0)) continue
        if (id === this.current) await this.load(id)
        else thread.loaded = false
      }
    } catch {
      // The stream tells of the next break, too.
    }
  }

  private page(id: string, cursor: string | null): Promise<Page<Message>> {
    const from = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    return this.session.call('GET', `${PATH}/${id}/messages?order=desc&limit=50${from}`)
  }

  /** In the order of their numbers, each once. */
  private insert(thread: Thread, message: Message): boolean {
    const at = thread.messages.findLastIndex((one) => one.seq <= message.seq)
    if (thread.messages[at]?.seq === message.seq) return false
    thread.messages.splice(at + 1, 0, message)
    return true
  }

  private note(conversation: Conversation, message: Message): void {
    const unread = conversation.unread + (message.author.kind === 'visitor' ? 0 : 1)
    const preview = { text: message.text.slice(0, PREVIEW), author: message.author.kind }
    this.put({ ...conversation, last_seq: message.seq, last_message_at: message.created_at, unread, preview })
  }

  /** Read is what stands before somebody's eyes. */
  private async see(): Promise<void> {
    const conversation = this.conversation()
    const looks = this.shown && !document.hidden && !this.listed && this.atEnd && this.thread().loaded
    if (!conversation || !looks || conversation.unread === 0) return
    conversation.unread = 0
    this.changed()
    const body = { seq: conversation.last_seq }
    await this.session.call('PUT', `${PATH}/${conversation.id}/seen`, body).catch(() => {})
  }

  private go(online: boolean): void {
    this.online = online
    this.changed()
  }
}

const activity = (one: Conversation) => one.last_message_at ?? one.created_at
