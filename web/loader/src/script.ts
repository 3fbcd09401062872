//! What the script tag runs: `window.Countersign`, and the calls that came before it was there.
import type { Identity, Look } from '@countersign/protocol/frame'
import { isOptions } from './options.ts'
import type { EventName, Handler, IdentityCallback, Options, Widget } from './options.ts'
import { widget } from './widget.ts'

/** Every call has two forms: `Countersign.show()` and `Countersign('show')`. */
export interface Countersign extends Widget {
  (name: 'boot', options: Options): void
  (name: 'identify', identity: Identity | IdentityCallback): void
  (name: 'mode', mode: Look): void
  (name: 'show' | 'hide' | 'toggle' | 'shutdown'): void
  <Name extends EventName>(name: 'on', event: Name, handler: Handler<Name>): void
}

interface Stub {
  q?: ArrayLike<unknown>[]
}

declare global {
  interface Window {
    Countersign?: Countersign & Stub
    Woes?: Countersign & Stub
  }
}

function install(origin: string): void {
  const { remove: _, ...one } = widget(origin)
  const names = new Map<unknown, Function>(Object.entries(one))
  const call = (...given: unknown[]): void => {
    const [name, ...rest] = given
    const method = names.get(name)
    if (!method || (name === 'boot' && !isOptions(rest[0]))) console.error('[Countersign] cannot', name)
    else method(...rest)
  }
  const early = [...(window.Countersign?.q ?? []), ...(window.Woes?.q ?? [])]
  const api: Countersign = Object.assign(call, one)
  window.Countersign = api
  if (!window.Woes || window.Woes.q) window.Woes = api
  for (const given of early) call(...Array.from(given))
}

const script = document.currentScript
if (script instanceof HTMLScriptElement && !(window.Countersign && 'boot' in window.Countersign)) {
  install(new URL(script.src).origin)
}
