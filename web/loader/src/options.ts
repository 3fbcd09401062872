//! What a page gives to the loader, and what it gets back.
import type { Identity, Look, Trust } from '@countersign/protocol/frame'

/** What an identity callback may answer: fields, the text of a token, or nothing. */
export type Proof = Identity | string | null | undefined

export type IdentityCallback = (about: { jkt: string | null }) => Proof | Promise<Proof>

export interface Options {
  /** The public key of the widget, `cs_pk_…`. */
  widget: string
  /** Who the visitor is. A function is asked again whenever the session ends. */
  identity?: Identity | IdentityCallback | undefined
  /** Such as `es` or `ar`. Without it: the language of the page. */
  locale?: string | undefined
  /** Without it: what the visitor's system prefers. */
  mode?: 'light' | 'dark' | undefined
  /** `false` hides the button. */
  launcher?: boolean | undefined
  position?: 'left' | 'right' | undefined
  /** Keep an anonymous visitor in this page's storage where the frame has none. */
  keepVisitor?: boolean | undefined
}

/** What went wrong, as the frame or the loader says it. */
export interface Trouble {
  code: string
  /** What an administrator can look up. */
  reference: string | null
  words: string
}

export interface Events {
  ready: undefined
  session: { trust: Trust; contact: string }
  unread: number
  open: undefined
  close: undefined
  error: Trouble
}

export type EventName = keyof Events

export type Handler<Name extends EventName> = (about: Events[Name]) => void

export interface Widget {
  boot(options: Options): Promise<void>
  /** New fields or a new callback; the visitor is identified again at once. */
  identify(identity: Identity | IdentityCallback): void
  show(): void
  hide(): void
  toggle(): void
  mode(mode: Look): void
  /** Ends the session and destroys its key: call it when your user signs out. */
  shutdown(): Promise<void>
  /** Leaves the page; the session stays for the next one. */
  remove(): void
  /** Answers the function that stops it. */
  on<Name extends EventName>(name: Name, handler: Handler<Name>): () => void
}
