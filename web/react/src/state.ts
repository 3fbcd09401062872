//! What the widget has told, as one value that React can hold.
import type { Events, Trouble, Widget } from '@countersign/loader'

export type Session = Events['session']

export interface State {
  /** The frame has answered. */
  ready: boolean
  open: boolean
  unread: number
  /** `null` until the server has let the visitor in. */
  session: Session | null
}

export const AT_FIRST: State = { ready: false, open: false, unread: 0, session: null }

type Change = (change: (state: State) => State) => void

/** Answers the function that stops it. */
export function follow(widget: Widget, set: Change, fail: (trouble: Trouble) => void): () => void {
  const put = (part: Partial<State>): void => set((state) => ({ ...state, ...part }))
  const stops = [
    widget.on('ready', () => put({ ready: true })),
    widget.on('open', () => put({ open: true })),
    widget.on('close', () => put({ open: false })),
    widget.on('unread', (unread) => put({ unread })),
    widget.on('session', ({ trust, contact }) => put({ session: { trust, contact } })),
    widget.on('error', fail),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
