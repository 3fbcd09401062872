//! One widget on the page: starts the frame, answers it, and tells the page what happens.
import { isToHost } from '@countersign/protocol/frame'
import type { Identity, Look, ToFrame, ToHost } from '@countersign/protocol/frame'
import { keep, kept } from './kept.ts'
import { launcher } from './launcher.ts'
import type { Launcher } from './launcher.ts'
import type { EventName, Events, Handler, Options, Widget } from './options.ts'
import { proofs } from './proof.ts'

/** How long the frame may take to answer, in milliseconds. */
const PATIENCE = 5_000

/** A widget that can also leave the page without ending the visitor's session. */
export interface Mounted extends Widget {
  remove(): void
}

/** Nothing is on the page before `boot`. `origin` is where the server's widgets live. */
export function widget(origin: string): Mounted {
  const handlers: { [Name in EventName]: Set<Handler<Name>> } = {
    ready: new Set(),
    session: new Set(),
    unread: new Set(),
    open: new Set(),
    close: new Set(),
    error: new Set(),
  }
  const identity = proofs()
  let options: Options | null = null
  let stage: Launcher | null = null
  let look: Look = null
  let opened = false
  let ready = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** While the frame destroys what it holds: called when it has. */
  let gone: (() => void) | null = null
  let leaving: Promise<void> | null = null

  function boot(given: Options): void {
    options = given
    look = given.mode ?? null
    identity.give(given.identity)
    const start = (): void => {
      if (options === given) mount(given)
    }
    if (leaving) void leaving.then(start)
    else if (document.body) start()
    else addEventListener('DOMContentLoaded', start, { once: true })
  }

  function mount({ widget: key, launcher: button = true, position, locale }: Options): void {
    clear()
    const url = `${origin}/embed/${encodeURIComponent(key)}?host=${encodeURIComponent(location.origin)}`
    const language = locale ?? (document.documentElement.lang || navigator.language)
    stage = launcher(url, language, { button, left: position === 'left' }, turn)
    stage.mode(look)
    stage.open(opened)
    addEventListener('message', hear)
    timer = setTimeout(miss, PATIENCE)
  }

  function clear(): void {
    clearTimeout(timer)
    removeEventListener('message', hear)
    stage?.remove()
    stage = null
    ready = false
  }

  function hear(event: MessageEvent<unknown>): void {
    const ours = event.origin === origin && event.source === stage?.frame.contentWindow
    if (ours && isToHost(event.data)) receive(event.data)
  }

  function receive(message: ToHost): void {
    if (leaving && message.kind !== 'ready' && message.kind !== 'gone') return
    switch (message.kind) {
      case 'ready':
        return greet()
      case 'ask':
        return void answer(message.request, message.jkt)
      case 'session':
        return emit('session', { trust: message.trust, contact: message.contact })
      case 'unread':
        stage?.unread(message.count)
        return emit('unread', message.count)
      case 'close':
        return turn(false)
      case 'visitor':
        if (options?.keepVisitor) keep(options.widget, message.token)
        return
      case 'error':
        return fail(message.code, message.words, message.reference)
      case 'gone':
        gone?.()
    }
  }

  function greet(): void {
    clearTimeout(timer)
    ready = true
    if (leaving || !options) return send({ kind: 'shutdown' })
    const keepVisitor = !!options.keepVisitor
    send({
      kind: 'hello',
      v: 1,
      locale: options.locale ?? (document.documentElement.lang || null),
      mode: look,
      open: opened,
      identity: identity.any(),
      visitor: keepVisitor ? kept(options.widget) : null,
      keepVisitor,
    })
    stage?.reveal(true)
    emit('ready', undefined)
  }

  async function answer(request: number, jkt: string | null): Promise<void> {
    const asked = stage
    let value: Identity | null = null
    let failed = false
    try {
      value = await identity.ask(jkt)
    } catch (error) {
      failed = true
      console.error('[Countersign] identity:', error)
      emit('error', { code: 'identity_callback_failed', reference: null, words: String(error) })
    }
    if (asked === stage && !leaving) send({ kind: 'identity', request, value, failed })
  }

  function miss(): void {
    turn(false)
    fail(
      'no_answer',
      `${origin} did not answer within 5 s. Add exactly ${location.origin} to this widget's allowed origins (dashboard, Widgets), and ${origin} to this page's frame-src.`,
    )
  }

  function fail(code: string, text: string, reference: string | null = null): void {
    console.error('[Countersign]', code, text, reference ?? '')
    emit('error', { code, reference, words: text })
  }

  function send(message: ToFrame): void {
    if (ready) stage?.frame.contentWindow?.postMessage(message, origin)
  }

  function emit<Name extends EventName>(name: Name, about: Events[Name]): void {
    for (const handler of handlers[name]) queueMicrotask(() => handler(about))
  }

  function turn(open: boolean): void {
    if (open === opened) return
    opened = open
    stage?.open(open)
    send({ kind: 'open', open })
    emit(open ? 'open' : 'close', undefined)
  }

  async function shutdown(): Promise<void> {
    if (options) keep(options.widget, null)
    options = null
    identity.forget()
    turn(false)
    if (leaving || !stage) return leaving ?? undefined
    stage.reveal(false)
    clearTimeout(timer)
    leaving = new Promise<void>((done) => {
      gone = done
      timer = setTimeout(done, PATIENCE)
    })
    send({ kind: 'shutdown' })
    await leaving
    leaving = null
    clear()
  }

  return {
    boot,
    identify(source) {
      identity.identify(source)
      send({ kind: 'identify' })
    },
    show: () => turn(true),
    hide: () => turn(false),
    toggle: () => turn(!opened),
    mode(next) {
      look = next
      stage?.mode(next)
      send({ kind: 'mode', mode: next })
    },
    shutdown,
    on(name, handler) {
      handlers[name].add(handler)
      return () => handlers[name].delete(handler)
    },
    remove() {
      options = null
      turn(false)
      if (!leaving) clear()
    },
  }
}
