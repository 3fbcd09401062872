//! What the script tag runs: `window.Countersign`, and the calls that came before it was there.
import type { Identity, Look } from '@countersign/protocol/frame'
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
  q?: Iterable<unknown>[]
}

declare global {
  interface Window {
    Countersign?: Countersign & Stub
    Woes?: Countersign & Stub
  }
}

function install(origin: string): void {
  const methods = widget(origin)
  const known = new Map<unknown, Function>(Object.entries(methods))
  const call = (...[name, ...rest]: unknown[]): void => {
    const method: Function | undefined = known.get(name)
    if (method) method(...rest)
    else console.error('[Countersign] no call', name)
  }
  const early = [...(window.Countersign?.q ?? []), ...(window.Woes?.q ?? [])]
  const api: Countersign = Object.assign(call, methods)
  window.Countersign = api
  if (!window.Woes?.boot) window.Woes = api
  for (const given of early) call(...given)
}

const script = document.currentScript
if (script instanceof HTMLScriptElement && !window.Countersign?.boot) {
  install(new URL(script.src).origin)
}
