//! A Countersign widget as a React component, and the hook for what stands inside it.
import { load } from '@countersign/loader'
import type { IdentityCallback, LoadOptions, Options, Trouble, Widget } from '@countersign/loader'
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { State } from './state.ts'
import { AT_FIRST, follow } from './state.ts'

export type { Identity, IdentityCallback, Proof, Trouble, Trust } from '@countersign/loader'
export type { Session, State } from './state.ts'
export { Bell, Inbox, useNotifications, usePush } from './inbox.tsx'
export type { BellProps, BrowserPush, Feed, InboxBoxProps, InboxProps } from './inbox.tsx'
export type { Item, Notifications, PushState } from '@countersign/loader'

export interface CountersignWidgetProps extends LoadOptions {
  /**
   * Who is signed in, such as your user's id: a change asks `identity` again.
   *
   * Fields are compared by themselves; a function cannot be, so name its user here.
   */
  user?: string | undefined
  onError?: ((trouble: Trouble) => void) | undefined
  children?: ReactNode
}

/** What a component below `CountersignWidget` can see and do. */
export interface Controls extends State {
  show(): void
  hide(): void
  toggle(): void
  /** Ends the session and destroys its key: call it when your user signs out. */
  shutdown(): Promise<void>
}

const Context = createContext<Controls | null>(null)

/** Throws outside of a `CountersignWidget`. */
export function useCountersign(): Controls {
  const controls = useContext(Context)
  if (!controls) throw new Error('useCountersign needs a CountersignWidget above it')
  return controls
}

/** Puts the widget on the page for as long as it is mounted. */
export function CountersignWidget(props: CountersignWidgetProps): ReactNode {
  const { origin, widget: key, locale, mode, launcher, position, keepVisitor, children } = props
  const [widget, setWidget] = useState<Widget | null>(null)
  const [state, setState] = useState(AT_FIRST)
  const latest = useRef(props)
  const told = useRef<string | null>(null)
  const who = whoIs(props)

  useEffect(() => {
    latest.current = props
  })

  const options = useMemo<Options>(
    () => ({ widget: key, locale, launcher, position, keepVisitor }),
    [key, locale, launcher, position, keepVisitor],
  )

  useEffect(() => {
    const made = load({ origin, ...options, ...current(latest) })
    const stop = follow(made, setState, (trouble) => latest.current.onError?.(trouble))
    told.current = whoIs(latest.current)
    setWidget(made)
    return () => {
      stop()
      made.remove()
      setWidget(null)
      setState(AT_FIRST)
    }
  }, [origin, options])

  useEffect(() => {
    if (!widget || told.current === who) return
    told.current = who
    if (who !== null) return widget.identify(ask(latest))
    void widget.shutdown()
    void widget.boot({ ...options, ...current(latest) })
  }, [widget, who, options])

  useEffect(() => widget?.mode(mode ?? null), [widget, mode])

  const controls = useMemo<Controls>(
    () => ({
      ...state,
      show: () => widget?.show(),
      hide: () => widget?.hide(),
      toggle: () => widget?.toggle(),
      shutdown: async () => widget?.shutdown(),
    }),
    [widget, state],
  )
  return <Context.Provider value={controls}>{children}</Context.Provider>
}

interface Latest {
  current: CountersignWidgetProps
}

/** What may change without a new frame, as it is now. */
function current(latest: Latest): Pick<Options, 'identity' | 'mode'> {
  const { identity, mode } = latest.current
  return { mode, identity: identity && ask(latest) }
}

/** Asks whatever `identity` the last rendering gave. */
function ask(latest: Latest): IdentityCallback {
  return (about) => {
    const { identity } = latest.current
    return typeof identity === 'function' ? identity(about) : identity
  }
}

/** Tells one visitor from another; `null` is nobody. */
function whoIs({ identity, user }: CountersignWidgetProps): string | null {
  if (!identity) return null
  return JSON.stringify([user, typeof identity === 'function' ? null : identity])
}

