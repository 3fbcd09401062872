//! An inbox of notifications as a frame of its own, wherever the page wants it; or nowhere, for its data alone.
import { isFromFeed } from '@countersign/protocol/feed'
import type { FromFeed, Item, ToFeed } from '@countersign/protocol/feed'
import { isToHost } from '@countersign/protocol/frame'
import type { Identity, Look, ToFrame, ToHost } from '@countersign/protocol/frame'
import { isFromPush } from '@countersign/protocol/push'
import type { ToPush } from '@countersign/protocol/push'
import type { IdentityCallback, Trouble } from './options.ts'
import { proof } from './proof.ts'
import { push } from './push.ts'
import type { Push, PushState } from './push.ts'

export interface InboxOptions {
  /** Where your server's widgets live, such as `https://widget.example.com`. */
  origin: string
  /** The public key of the widget, `cs_pk_…`. */
  widget: string
  /** Where the frame goes; it fills the element. Without it the inbox is heard and not seen. */
  into?: Element | undefined
  /** Who the visitor is. A function is asked again whenever the session ends. */
  identity?: Identity | IdentityCallback | undefined
  /** Such as `es` or `ar`. Without it: the language of the page. */
  locale?: string | undefined
  /** Without it: what the visitor's system prefers. */
  mode?: 'light' | 'dark' | undefined
  /** Whether it is before the visitor's eyes, so that what it shows counts as seen. */
  shown?: boolean | undefined
  onFeed?: ((feed: Notifications) => void) | undefined
  /** Follows an item's link with the page's own router; without it the page goes there. */
  onFollow?: ((item: Item) => void) | undefined
  onError?: ((trouble: Trouble) => void) | undefined
  /** The path of your worker file, which imports `/sdk/push.js`; `/countersign-push.js` without it. */
  worker?: string | undefined
  /** Whether the browser shows notifications, at first and whenever it changes. */
  onPush?: ((state: PushState) => void) | undefined
}

/** What is loaded of the feed. */
export interface Notifications {
  items: Item[]
  /** How many are unread, also of those that are not loaded. */
  unread: number
  /** There are older ones. */
  more: boolean
}

export interface Inbox {
  show(shown: boolean): void
  mode(mode: Look): void
  /** New fields or a new callback; the visitor is identified again at once. */
  identify(identity: Identity | IdentityCallback): void
  /** Shows these as read; without ids, all. */
  see(ids?: string[]): void
  archive(ids: string[]): void
  more(): void
  /** Notifications of the browser, also where no page is open. */
  push: Push
  /** Ends the session and destroys its key: call it when your user signs out. */
  shutdown(): Promise<void>
  /** Leaves the page; the session stays for the next one. */
  remove(): void
}

/** How long the frame may take to destroy what it holds, in milliseconds. */
const PATIENCE = 5_000

/** Call it in a browser; it needs a document. */
export function inbox(options: InboxOptions): Inbox {
  const home = new URL(options.origin).origin
  const frame = element(options, home)
  let { identity } = options
  let mode: Look = options.mode ?? null
  let shown = options.shown ?? false
  let ready = false
  let begun = false
  let gone: (() => void) | null = null
  const browser = push({
    worker: options.worker ?? '/countersign-push.js',
    send: (message) => send(message),
    changed: (state) => options.onPush?.(state),
  })

  addEventListener('message', hear)
  const parent = options.into ?? document.documentElement
  parent.append(frame)

  function hear(event: MessageEvent<unknown>): void {
    if (event.origin !== home || event.source !== frame.contentWindow) return
    if (isToHost(event.data)) receive(event.data)
    else if (isFromFeed(event.data)) take(event.data)
    else if (isFromPush(event.data)) browser.hear(event.data)
  }

  function receive(message: ToHost): void {
    switch (message.kind) {
      case 'ready':
        return greet()
      case 'ask':
        return void answer(message.request, message.jkt)
      case 'error':
        return fail(message)
      case 'gone':
        return gone?.()
    }
  }

  function take(message: FromFeed): void {
    if (message.kind === 'feed') {
      if (!begun) browser.begin().catch(pushFailed)
      begun = true
      return options.onFeed?.(message)
    }
    if (options.onFollow) return options.onFollow(message.item)
    const url = message.item.url && new URL(message.item.url, location.href)
    if (url && /^https?:$/.test(url.protocol)) location.assign(url)
  }

  function greet(): void {
    ready = true
    frame.inert = false
    const locale = options.locale || document.documentElement.lang || navigator.language
    send({ kind: 'hello', v: 1, locale, mode, open: shown, identity: !!identity, visitor: null, keepVisitor: false })
  }

  async function answer(request: number, jkt: string | null): Promise<void> {
    try {
      send({ kind: 'identity', request, value: await proof(identity, null, jkt), failed: false })
    } catch (error) {
      fail({ code: 'identity_callback_failed', words: `${error}`, reference: null })
      send({ kind: 'identity', request, value: null, failed: true })
    }
  }

  function pushFailed(error: unknown): void {
    fail({ code: 'push_failed', words: `${error}`, reference: null })
  }

  function fail(trouble: Trouble): void {
    console.error('[Countersign]', trouble.words, trouble.reference)
    options.onError?.(trouble)
  }

  function send(message: ToFrame | ToFeed | ToPush): void {
    if (ready) frame.contentWindow?.postMessage(message, home)
  }

  function remove(): void {
    removeEventListener('message', hear)
    frame.remove()
  }

  return {
    show(next) {
      shown = next
      send({ kind: 'open', open: next })
    },
    mode(next) {
      mode = next
      frame.style.colorScheme = next ?? ''
      send({ kind: 'mode', mode: next })
    },
    identify(next) {
      identity = next
      send({ kind: 'identify' })
    },
    see: (ids) => send({ kind: 'see', ids: ids ?? null }),
    archive: (ids) => send({ kind: 'archive', ids }),
    more: () => send({ kind: 'more' }),
    push: {
      turnOn: () => browser.turnOn().catch(pushFailed),
      turnOff: () => browser.turnOff().catch(pushFailed),
    },
    async shutdown() {
      const left = new Promise<void>((done) => {
        gone = done
        setTimeout(done, PATIENCE)
      })
      identity = undefined
      await browser.leave().catch(pushFailed)
      send({ kind: 'shutdown' })
      if (ready) await left
      remove()
    },
    remove,
  }
}

function element({ widget, into, mode }: InboxOptions, home: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.src = `${home}/embed/${widget}?host=${location.origin}&view=inbox`
  frame.title = 'Notifications'
  frame.referrerPolicy = 'no-referrer'
  frame.inert = true // Chromium may send no key to a frame that was focused before its page had come
  frame.hidden = !into
  Object.assign(frame.style, { display: into ? 'block' : 'none', width: '100%', height: '100%', border: '0', colorScheme: mode ?? '' })
  return frame
}
