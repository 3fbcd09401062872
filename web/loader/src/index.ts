//! The loader as a package: `load({ origin, widget, identity })` puts the widget on the page, `inbox` a feed.
import type { Options, Widget } from './options.ts'
import { widget } from './widget.ts'

export { inbox } from './inbox.ts'
export type { Inbox, InboxOptions, Notifications } from './inbox.ts'
export type { Push, PushState } from './push.ts'
export type { Item } from '@countersign/protocol/feed'
export type { Identity, Look, Trust } from '@countersign/protocol/frame'
export type { EventName, Events, Handler, IdentityCallback, Options, Proof, Trouble, Widget } from './options.ts'

export interface LoadOptions extends Options {
  /** Where your server's widgets live, such as `https://widget.example.com`. */
  origin: string
}

/** Call it in a browser; it needs a document. */
export function load({ origin, ...options }: LoadOptions): Widget {
  const mounted = widget(new URL(origin).origin)
  mounted.boot(options)
  return mounted
}
