//! What happens in the frame, from the page's greeting to its farewell.
import type { Item, ToFeed } from '@countersign/protocol/feed'
import type { ToFrame } from '@countersign/protocol/frame'
import type { ToPush } from '@countersign/protocol/push'
import { call, passes, Refused } from './api.ts'
import { Badge } from './badge.ts'
import { Box } from './box.ts'
import { Feed } from './feed.ts'
import { answered, giveUpAsking, goTo, isInbox, publicKey, tell } from './host.ts'
import { Live, type Caller } from './live.ts'
import { Insecure, NobodyThere, PageFailed, PageSilent, Replaced, Session, type Rules } from './session.ts'
import { palette } from './colour.ts'
import { Push } from './push.ts'
import { tongueFor } from './words.ts'

type Config = Rules & { appearance: { accent: string; title: string; greeting: string } }
type Hello = Extract<ToFrame, { kind: 'hello' }>

/** Why nothing can be shown, for the visitor; its words are `<kind>Title` and `<kind>`. */
export type Trouble = { kind: 'refused' | 'nobody' | 'insecure' | 'trouble'; code: string; reference: string | null }

/** For the console of whoever wrote the page. */
const SILENT = 'the identity function has not answered for 15 seconds: give it a time limit of its own'
const FIRST_WAIT = 2000
const LONGEST_WAIT = 30_000

export class App {
  tongue = tongueFor(null)
  config: Config | null = null
  session: Session | null = null
  /** Not in the frame of an inbox. */
  box: Box | null = null
  feed: Feed | null = null
  /** Beside a box, only one of both is seen. */
  view: 'messages' | 'notifications' = 'messages'
  trouble: Trouble | null = null
  private push: Push | null = null
  private hello: Hello | null = null
  /** Counts the beginnings: what an earlier one still wants is of no interest. */
  private run = 0
  private wait = FIRST_WAIT
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly draw: () => void) {}

  get isOpen(): boolean {
    return this.hello?.open ?? false
  }

  /** One message of the page. */
  hear(message: ToFrame | ToFeed | ToPush): void {
    switch (message.kind) {
      case 'hello':
        return this.greet(message)
      case 'identity':
        return answered(message.request, message.value, message.failed)
      case 'identify':
        return void this.identify()
      case 'open':
        return this.show(message.open)
      case 'mode':
        return look(message.mode)
      case 'shutdown':
        return void this.end()
      case 'see':
        return void (message.ids ? this.feed?.see(message.ids) : this.feed?.seeAll().catch(() => {}))
      case 'archive':
        return void this.feed?.archive(message.ids)
      case 'more':
        return void this.feed?.loadOlder()
      case 'push-key':
      case 'subscribe':
      case 'unsubscribe':
        return void this.push?.hear(message)
    }
  }

  /** The visitor wants it tried again. */
  readonly again = (): void => {
    clearTimeout(this.timer)
    if (this.trouble && this.hello) void this.begin()
  }

  see(): void {
    this.box?.show(this.isOpen && this.view === 'messages')
    this.feed?.show(this.isOpen && !document.hidden && (!this.box || this.view === 'notifications'))
  }

  look(view: App['view']): void {
    this.view = view
    if (view === 'messages') this.feed?.choose(false)
    this.see()
    this.draw()
  }

  private greet(hello: Hello): void {
    this.hello = hello
    this.tongue = tongueFor(hello.locale)
    look(hello.mode)
    void this.begin()
  }

  private show(open: boolean): void {
    if (this.hello) this.hello.open = open
    if (open) this.lookAtNews()
    this.see()
    this.draw()
    if (open) focus()
  }

  /** Whoever opens the box because of its count sees what was counted. */
  private lookAtNews(): void {
    const { box, feed } = this
    const isNews = box && feed && feed.unread > 0 && box.unread === 0 && box.thread().written === ''
    if (isNews) this.view = 'notifications'
  }

  private async begin(): Promise<void> {
    const { hello } = this
    if (!hello) return
    const run = this.enter()
    try {
      this.config ??= await call<Config>({ method: 'GET', path: `/widget/v1/config?widget=${encodeURIComponent(publicKey)}`, key: null })
      if (run !== this.run) return
      this.paint(this.config)
      this.session ??= new Session(this.config, { identity: hello.identity, visitor: hello.visitor, keepVisitor: hello.keepVisitor })
      await this.session.open()
      await this.settle(run)
    } catch (error) {
      this.fail(error, run)
    }
  }

  /** The page says something new of its visitor; who stays the same keeps what is on the screen. */
  private async identify(): Promise<void> {
    if (this.hello) this.hello.identity = true
    const { session, box, feed } = this
    if (!session) return
    const before = session.contact
    const run = ++this.run
    try {
      await session.identify()
      if (run !== this.run || ((box?.ready || feed?.ready) && session.contact === before && !this.trouble)) return this.draw()
      await this.settle(this.enter())
    } catch (error) {
      this.fail(error, run)
    }
  }

  private async end(): Promise<void> {
    this.enter()
    const session = this.session ?? new Session({ mode: 'off', anonymous: true, allow_bearer: true }, { identity: false, visitor: null, keepVisitor: false })
    this.session = this.hello = null
    giveUpAsking()
    await session.shutdown()
    tell({ kind: 'unread', count: 0 })
    tell({ kind: 'gone' })
  }

  /** A new beginning; nothing of an earlier one is seen any more. */
  private enter(): number {
    clearTimeout(this.timer)
    this.box?.stop()
    this.feed?.stop()
    this.box = this.feed = this.trouble = null
    this.draw()
    return ++this.run
  }

  private async settle(run: number): Promise<void> {
    const { session } = this
    if (run !== this.run || !session) return
    const caller = {
      call: async <T>(method: string, path: string, body?: unknown): Promise<T> => {
        try {
          return await session.call<T>(method, path, body)
        } catch (error) {
          if (isEnd(error)) this.fail(error, run)
          throw error
        }
      },
    }
    this.push = new Push(caller)
    await (isInbox ? this.feedAlone(caller) : this.both(caller))
    this.wait = FIRST_WAIT
    if (this.isOpen) focus()
  }

  private feedAlone(caller: Caller): Promise<void> {
    const around = {
      changed: ({ items, unread, more }: Feed) => tell({ kind: 'feed', items, unread, more }),
      follow: (item: Item) => tell({ kind: 'follow', item }),
    }
    this.feed = new Feed(caller, new Live(caller), this.draw, around, this.isOpen)
    return this.feed.start()
  }

  /** The feed comes with the stream: nobody waits for it. */
  private both(caller: Caller): Promise<void> {
    const live = new Live(caller)
    const badge = new Badge()
    const around = { changed: ({ unread }: Feed) => badge.put('notifications', unread), follow: (item: Item) => goTo(item.url) }
    this.view = 'messages'
    this.box = new Box(caller, live, this.draw, (unread) => badge.put('messages', unread), this.isOpen)
    this.feed = new Feed(caller, live, this.draw, around, false)
    return this.box.start()
  }

  private fail(error: unknown, run: number): void {
    if (run !== this.run) return
    this.enter()
    if (error instanceof Replaced) return void this.begin()
    this.trouble = troubleOf(error)
    this.draw()
    const { kind, code, reference } = this.trouble
    tell({ kind: 'unread', count: 0 })
    tell({ kind: 'error', code, reference, words: error instanceof PageSilent ? SILENT : this.tongue.words[`${kind}Title`] })
    if (kind !== 'trouble') return
    const asked = error instanceof Refused && error.after ? error.after * 1000 : 0
    this.timer = setTimeout(this.again, Math.max(asked, this.wait))
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT)
  }

  private paint({ appearance }: Config): void {
    document.title = appearance.title
    for (const [name, value] of Object.entries(palette(appearance.accent))) document.documentElement.style.setProperty(name, value)
  }
}

/** The session cannot go on, and the visitor must know. */
const isEnd = (error: unknown) =>
  error instanceof Replaced || error instanceof NobodyThere || error instanceof Insecure ||
  (error instanceof Refused && error.problem.status === 401)

function troubleOf(error: unknown): Trouble {
  if (error instanceof Insecure) return { kind: 'insecure', code: 'insecure_ancestor', reference: null }
  if (error instanceof NobodyThere) return { kind: 'nobody', code: 'identity_required', reference: null }
  if (error instanceof PageSilent) return { kind: 'trouble', code: 'identity_callback_silent', reference: null }
  if (error instanceof PageFailed) return { kind: 'trouble', code: 'identity_callback_failed', reference: null }
  if (!(error instanceof Refused)) return { kind: 'trouble', code: 'unreachable', reference: null }
  const { status, code, request_id } = error.problem
  return { kind: status === 401 && !passes(error) ? 'refused' : 'trouble', code, reference: request_id }
}

function look(mode: 'light' | 'dark' | null): void {
  if (mode) document.documentElement.dataset.mode = mode
  else delete document.documentElement.dataset.mode
}

/** On a screen that is touched, a focused field would cover half of it with a keyboard. */
function focus(): void {
  if (!matchMedia('(pointer: coarse)').matches) document.querySelector('textarea')?.focus()
}
