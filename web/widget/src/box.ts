//! What the frame knows: conversations, their messages, and what still waits to be sent.
import type { Conversation, Message, Page } from '@countersign/protocol/contract'
import type { StreamFrame } from '@countersign/protocol/stream'
import { Refused } from './api.ts'
import { tell } from './host.ts'
import { Live } from './live.ts'
import type { Session } from './session.ts'

/** A message that was written here and is not confirmed yet. */
export type Draft = { client_id: string; text: string; failed: boolean }

export type Thread = { messages: Message[]; drafts: Draft[]; older: string | null; loaded: boolean }

const PATH = '/widget/v1/conversations'
const NEW = 'new'

export class Box {
  conversations: Conversation[] = []
  threads = new Map<string, Thread>()
  current: string | null = null
  online = true
  ready = false
  shown = false
  typing: { conversation: string; name: string; until: number } | null = null
  private live: Live | null = null
  private saidTyping = 0

  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  async start(): Promise<void> {
    await this.refresh()
    this.current = this.conversations[0]?.id ?? NEW
    if (this.current !== NEW) await this.load(this.current)
    this.ready = true
    this.changed()
    this.live = new Live(this.session, (frame) => this.hear(frame), (online) => this.go(online))
    this.live.now()
  }

  stop(): void {
    this.live?.stop()
  }

  thread(id = this.current ?? NEW): Thread {
    let thread = this.threads.get(id)
    if (!thread) this.threads.set(id, (thread = { messages: [], drafts: [], older: null, loaded: id === NEW }))
    return thread
  }

  conversation(): Conversation | undefined {
    return this.conversations.find((one) => one.id === this.current)
  }

  choose(id: string | null): void {
    this.current = id
    this.changed()
    if (id && id !== NEW && !this.thread(id).loaded) void this.load(id)
    void this.see()
  }

  begin(): void {
    this.choose(NEW)
  }

  show(shown: boolean): void {
    this.shown = shown
    if (shown) void this.see()
  }

  async load(id: string): Promise<void> {
    const thread = this.thread(id)
    const cursor = thread.loaded && thread.older ? `&cursor=${encodeURIComponent(thread.older)}` : ''
    const path = `${PATH}/${id}/messages?order=desc&limit=50${cursor}`
    const page = await this.session.call<Page<Message>>('GET', path)
    for (const message of page.items) this.insert(thread, message)
    thread.older = page.next_cursor
    thread.loaded = true
    this.changed()
    void this.see()
  }

  /** Shows the text at once and sends it; the same `client_id` makes every repetition safe. */
  send(text: string): void {
    const draft = { client_id: crypto.randomUUID(), text, failed: false }
    const home = this.current ?? NEW
    this.thread(home).drafts.push(draft)
    this.changed()
    void this.deliver(home, draft)
  }

  async deliver(home: string, draft: Draft): Promise<void> {
    draft.failed = false
    this.changed()
    const { client_id, text } = draft
    try {
      if (home === NEW) await this.found(draft)
      else this.receive(await this.session.call<Message>('POST', `${PATH}/${home}/messages`, { client_id, text }))
    } catch (error) {
      draft.failed = true
      if (error instanceof Refused && error.problem.code === 'conversation_closed') await this.refresh()
    }
    this.changed()
  }

  say(): void {
    if (!this.current || this.current === NEW || Date.now() - this.saidTyping < 3000) return
    this.saidTyping = Date.now()
    this.session.call('POST', `${PATH}/${this.current}/typing`, {}).catch(() => {})
  }

  /** The first message opens its conversation. */
  private async found(draft: Draft): Promise<void> {
    const { client_id, text } = draft
    const conversation = await this.session.call<Conversation>('POST', PATH, { client_id, text })
    this.threads.delete(NEW)
    this.put(conversation)
    if (this.current === NEW) this.current = conversation.id
    await this.load(conversation.id)
  }

  private async refresh(): Promise<void> {
    const page = await this.session.call<Page<Conversation>>('GET', `${PATH}?limit=50`)
    this.conversations = page.items
    this.count()
  }

  private hear(frame: StreamFrame): void {
    switch (frame.type) {
      case 'message.created':
        this.receive(frame.data)
        break
      case 'conversation.changed':
        this.put(frame.data)
        break
      case 'typing':
        this.typing = { conversation: frame.data.conversation, name: frame.data.author.name, until: Date.now() + 5000 }
        setTimeout(this.changed, 5100)
        break
      case 'resync':
        void this.refresh().then(() => {
          if (this.current && this.current !== NEW) return this.load(this.current)
          return undefined
        })
        break
      case 'ready':
        for (const [home, thread] of this.threads) {
          for (const draft of thread.drafts) if (draft.failed) void this.deliver(home, draft)
        }
    }
    this.changed()
  }

  private receive(message: Message): void {
    const thread = this.thread(message.conversation)
    const isNew = this.insert(thread, message)
    thread.drafts = thread.drafts.filter((draft) => draft.client_id !== message.client_id)
    if (message.author.kind !== 'visitor') this.typing = null
    const conversation = this.conversations.find((one) => one.id === message.conversation)
    if (conversation && isNew && message.seq > conversation.last_seq) {
      conversation.last_seq = message.seq
      conversation.preview = { text: message.text.slice(0, 120), author: message.author.kind }
      if (message.author.kind !== 'visitor') conversation.unread += 1
    }
    this.count()
    void this.see()
  }

  /** In the order of their numbers, each once. */
  private insert(thread: Thread, message: Message): boolean {
    const at = thread.messages.findLastIndex((one) => one.seq <= message.seq)
    if (thread.messages[at]?.seq === message.seq) return false
    thread.messages.splice(at + 1, 0, message)
    return true
  }

  private put(conversation: Conversation): void {
    this.conversations = [conversation, ...this.conversations.filter((one) => one.id !== conversation.id)]
    this.count()
  }

  private async see(): Promise<void> {
    const conversation = this.conversation()
    if (!conversation || !this.shown || document.hidden || conversation.unread === 0) return
    conversation.unread = 0
    this.count()
    const body = { seq: conversation.last_seq }
    await this.session.call('PUT', `${PATH}/${conversation.id}/seen`, body).catch(() => {})
  }

  private count(): void {
    tell({ kind: 'unread', count: this.conversations.reduce((sum, one) => sum + one.unread, 0) })
  }

  private go(online: boolean): void {
    this.online = online
    this.changed()
  }
}

export { NEW }
