//! Notifications in React: the feed where you want it, a bell with a count, or the data alone.
import { inbox } from '@countersign/loader'
import type { Inbox as Mounted, InboxOptions, Item, Notifications, Push, PushState } from '@countersign/loader'
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react'

export interface InboxProps extends Omit<InboxOptions, 'into' | 'shown' | 'onFeed' | 'onPush'> {
  /** Who is signed in, such as your user's id: a change asks `identity` again. */
  user?: string | undefined
}

/** The feed and what can be done with it. */
export interface Feed extends Notifications {
  /** The server has let the visitor in, and the first page is there. */
  ready: boolean
  /** Shows these as read; without ids, all. */
  see(ids?: string[]): void
  archive(ids: string[]): void
  loadMore(): void
  push: BrowserPush
  /** Ends the session and destroys its key: call it when your user signs out. */
  shutdown(): Promise<void>
}

/** Notifications of the browser, also where no page is open. */
export interface BrowserPush extends Push {
  /** `null` until it is known. */
  state: PushState | null
}

const NOTHING: Notifications = { items: [], unread: 0, more: false }

/** The data alone, for a feed that you draw yourself; nothing counts as seen until you say so. */
export function useNotifications(props: InboxProps): Feed {
  return useInbox(props, undefined, false)
}

/** The switch for notifications of the browser alone; `useNotifications` and its feed have it too. */
export function usePush(props: InboxProps): BrowserPush {
  return useNotifications(props).push
}

export interface InboxBoxProps extends InboxProps {
  className?: string | undefined
  style?: CSSProperties | undefined
}

/** The feed, as large as its box. What it shows counts as seen. */
export function Inbox({ className, style, ...props }: InboxBoxProps): ReactNode {
  const [box, setBox] = useState<HTMLElement | null>(null)
  useInbox(props, box, true)
  return <div ref={setBox} className={className} style={{ blockSize: 480, ...style }} />
}

export interface BellProps extends InboxBoxProps {
  /** What the button is called; the count is added. */
  label?: string | undefined
  /** What stands in the button, instead of a bell. */
  children?: ReactNode
}

/** A button with the count of what is unread, which opens the feed. */
export function Bell({ label = 'Notifications', children, className, style, ...props }: BellProps): ReactNode {
  const [open, setOpen] = useState(false)
  const [box, setBox] = useState<HTMLElement | null>(null)
  const root = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const { unread } = useInbox(props, box, open)
  const close = useCallback(() => setOpen(false), [])
  useOutside(root, open, close)
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return
    close()
    button.current?.focus()
  }
  return (
    <span ref={root} onKeyDown={pressed} className={className} style={{ position: 'relative', display: 'inline-block', ...style }}>
      <button ref={button} type="button" aria-expanded={open} aria-controls={id} aria-label={unread ? `${label}, ${unread}` : label} onClick={() => setOpen(!open)}>
        {children ?? <BellIcon />}
        {unread > 0 && <span aria-hidden="true" data-unread={unread} style={COUNT}>{unread > 99 ? '99+' : unread}</span>}
      </button>
      <div id={id} ref={setBox} role="dialog" aria-label={label} style={{ ...POPOVER, visibility: open ? 'visible' : 'hidden' }} />
    </span>
  )
}

const COUNT: CSSProperties = { marginInlineStart: 4, paddingInline: 6, borderRadius: 9, background: '#c92a2a', color: '#fff', font: '600 11px/18px system-ui' }
const POPOVER: CSSProperties = { position: 'absolute', zIndex: 1000, insetBlockStart: 'calc(100% + 8px)', insetInlineEnd: 0, inlineSize: 'min(380px, calc(100vw - 32px))', blockSize: 'min(520px, calc(100vh - 96px))', overflow: 'hidden', borderRadius: 14, background: 'Canvas', boxShadow: '0 4px 24px #0004' }

function BellIcon(): ReactNode {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" aria-hidden="true">
      <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 20.5a2.2 2.2 0 0 0 4 0" />
    </svg>
  )
}

/** `box`: where the frame goes; `null`: it is not there yet; `undefined`: nowhere. */
function useInbox(props: InboxProps, box: HTMLElement | null | undefined, shown: boolean): Feed {
  const { origin, widget, locale, mode, user, identity, worker } = props
  const [feed, setFeed] = useState<Notifications | null>(null)
  const [push, setPush] = useState<PushState | null>(null)
  const [mounted, setMounted] = useState<Mounted | null>(null)
  const latest = useRef(props)
  const seen = useRef(shown)
  const who = identity ? JSON.stringify([user, typeof identity === 'function' ? null : identity]) : null
  useEffect(() => {
    latest.current = props
    seen.current = shown
  })

  useEffect(() => {
    if (box === null) return
    const made = inbox({
      origin, widget, locale, mode, worker, shown: seen.current,
      into: box,
      ...(who !== null && { identity: (about) => asked(latest.current, about) }),
      onFeed: setFeed,
      onPush: setPush,
      onError: (trouble) => latest.current.onError?.(trouble),
      ...(latest.current.onFollow && { onFollow: (item: Item) => latest.current.onFollow?.(item) }),
    })
    setMounted(made)
    return () => {
      made.remove()
      setMounted(null)
      setFeed(null)
      setPush(null)
    }
  }, [origin, widget, locale, worker, box, who])

  useEffect(() => mounted?.show(shown), [mounted, shown])
  useEffect(() => mounted?.mode(mode ?? null), [mounted, mode])

  return useMemo(() => ({
    ...(feed ?? NOTHING),
    ready: feed !== null,
    see: (ids) => mounted?.see(ids),
    archive: (ids) => mounted?.archive(ids),
    loadMore: () => mounted?.more(),
    push: {
      state: push,
      turnOn: async () => mounted?.push.turnOn(),
      turnOff: async () => mounted?.push.turnOff(),
    },
    shutdown: async () => mounted?.shutdown(),
  }), [feed, push, mounted])
}

/** Asks whatever `identity` the last rendering gave. */
function asked({ identity }: InboxProps, about: { jkt: string | null }) {
  return typeof identity === 'function' ? identity(about) : identity
}

function useOutside(root: { current: HTMLElement | null }, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return
    const leave = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close()
    }
    addEventListener('pointerdown', leave)
    return () => removeEventListener('pointerdown', leave)
  }, [root, open, close])
}
