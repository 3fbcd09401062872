//! One widget on the page: starts the frame, answers it, and tells the page what happens.
import { isToHost } from '@countersign/protocol/frame'
import type { Identity, Look, ToFrame, ToHost } from '@countersign/protocol/frame'
import { kept } from './kept.ts'
import { launcher } from './launcher.ts'
import type { Launcher } from './launcher.ts'
import type { EventName, Events, Options, Trouble, Widget } from './options.ts'
import { proof } from './proof.ts'
import type { Source } from './proof.ts'

/** How long the frame may take to answer, in milliseconds. */
const PATIENCE = 5_000

/** Nothing is on the page before `boot`. `origin` is where the server's widgets live. */
export function widget(origin: string): Widget {
  const bus = new EventTarget()
  let options: Options | null = null
  let source: Source = null
  let fields: Identity | null = null
  let stage: Launcher | null = null
  let look: Look = null
  let opened = false
  let ready = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** While the frame destroys what it holds: called when it has. */
  let gone: (() => void) | null = null
  let leaving: Promise<void> | null = null

  async function boot(given: Options): Promise<void> {
    const mine = { ...given }
    options = mine
    source = mine.identity
    look = mine.mode ?? null
    if (leaving) await leaving
    if (options === mine) mount(mine)
  }

  function mount(given: Options): void {
    clear()
    const url = `${origin}/embed/${given.widget}?host=${location.origin}`
    stage = launcher(url, language(), given, turn)
    stage.mode(look)
    stage.open(opened)
    addEventListener('message', hear)
    timer = setTimeout(miss, PATIENCE)
  }

  function language(): string {
    return options?.locale || document.documentElement.lang || navigator.language
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
    if (leaving && !/ready|gone/.test(message.kind)) return
    switch (message.kind) {
      case 'ready':
        return greet()
      case 'ask':
        return void answer(message.request, message.jkt)
      case 'session':
        return emit('session', message)
      case 'unread':
        stage?.unread(message.count)
        return emit('unread', message.count)
      case 'close':
        return turn(false)
      case 'visitor':
        if (options?.keepVisitor) kept(options.widget, message.token)
        return
      case 'error':
        return fail(message)
      case 'gone':
        gone?.()
    }
  }

  function greet(): void {
    ready = true
    if (leaving || !options) return send({ kind: 'shutdown' })
    clearTimeout(timer)
    const keepVisitor = !!options.keepVisitor
    send({
      kind: 'hello',
      v: 1,
      locale: language(),
      mode: look,
      open: opened,
      identity: !!(source || fields),
      visitor: keepVisitor ? kept(options.widget) : null,
      keepVisitor,
    })
    stage?.reveal(true)
    emit('ready')
  }

  async function answer(request: number, jkt: string | null): Promise<void> {
    const asked = stage
    let value: Identity | null = null
    let failed = false
    try {
      value = await proof(source, fields, jkt)
    } catch (error) {
      failed = true
      complain('identity_callback_failed', `${error}`)
    }
    if (asked === stage && !leaving) send({ kind: 'identity', request, value, failed })
  }

  function miss(): void {
    turn(false)
    complain('no_answer', `no answer: add ${location.origin} to the widget's allowed origins in the dashboard`)
  }

  function complain(code: string, words: string): void {
    fail({ code, words, reference: null })
  }

  function fail(trouble: Trouble): void {
    console.error('[Countersign]', trouble.words, trouble.reference)
    emit('error', trouble)
  }

  function send(message: ToFrame): void {
    if (ready) stage?.frame.contentWindow?.postMessage(message, origin)
  }

  function emit<Name extends EventName>(name: Name, about?: Events[Name]): void {
    bus.dispatchEvent(new CustomEvent(name, { detail: about }))
  }

  function turn(open: boolean): void {
    if (open === opened) return
    opened = open
    stage?.open(open)
    send({ kind: 'open', open })
    emit(open ? 'open' : 'close')
  }

  async function shutdown(): Promise<void> {
    if (options) kept(options.widget, null)
    options = source = fields = null
    turn(false)
    if (stage) leaving ??= farewell(stage)
    await leaving
  }

  async function farewell(last: Launcher): Promise<void> {
    clearTimeout(timer)
    last.reveal(false)
    send({ kind: 'shutdown' })
    await new Promise<void>((done) => {
      gone = done
      timer = setTimeout(done, PATIENCE)
    })
    leaving = null
    clear()
  }

  return {
    boot,
    identify(given) {
      if (typeof given === 'function') source = given
      else fields = given
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
      const listener = (event: Event): void => {
        if (event instanceof CustomEvent) handler(event.detail)
      }
      bus.addEventListener(name, listener)
      return () => bus.removeEventListener(name, listener)
    },
    remove() {
      options = null
      turn(false)
      if (!leaving) clear()
    },
  }
}
