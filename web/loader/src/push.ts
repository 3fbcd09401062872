//! Notifications that the browser shows, also where no page is open: the page asks the visitor and subscribes.
import { isSubscription } from '@countersign/protocol/push'
import type { FromPush, ToPush } from '@countersign/protocol/push'

/**
 * `unsupported`: this browser has no web push, or the page is not on `https`.
 * `denied`: the visitor has said no, and only the browser's settings can change that.
 */
export type PushState = 'unsupported' | 'denied' | 'off' | 'on'

export interface Push {
  /** Asks the visitor; call it in answer to a click. */
  turnOn(): Promise<void>
  turnOff(): Promise<void>
}

export interface Browser extends Push {
  hear(message: FromPush): void
  /** The session is there: a browser that was subscribed before is so for this visitor. */
  begin(): Promise<void>
  /** The visitor signs out of this browser. */
  leave(): Promise<void>
}

interface Wires {
  /** The path of the page's own worker file. */
  worker: string
  send(message: ToPush): void
  changed(state: PushState): void
}

/** A scope that no page lies in, so that a worker of the product stays what it is. */
const scopeOf = (worker: string) => new URL('countersign-push/', new URL(worker, location.href)).href

export function push({ worker, send, changed }: Wires): Browser {
  const can = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  const scope = scopeOf(worker)
  let on = false
  let told: ((key: string | null) => void) | null = null

  function show(): void {
    if (!can) return changed('unsupported')
    changed(Notification.permission === 'denied' ? 'denied' : on ? 'on' : 'off')
  }

  async function current(): Promise<PushSubscription | null> {
    const registration = can ? await navigator.serviceWorker.getRegistration(scope) : undefined
    if (registration?.scope !== scope) return null
    return registration.pushManager.getSubscription()
  }

  function key(): Promise<string | null> {
    return new Promise((resolve) => {
      told = resolve
      send({ kind: 'want-push-key' })
    })
  }

  function reach(made: PushSubscription): void {
    const { endpoint, keys } = made.toJSON()
    const subscription = { endpoint, keys }
    if (isSubscription(subscription)) send({ kind: 'subscribe', subscription })
  }

  async function subscribe(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') return show()
    const registration = await navigator.serviceWorker.register(worker, { scope })
    await active(registration)
    // What was subscribed to another key cannot be changed.
    await (await registration.pushManager.getSubscription())?.unsubscribe()
    const applicationServerKey = await key()
    if (applicationServerKey === null) throw new Error('the server has not told its web push key')
    reach(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }))
  }

  return {
    hear(message) {
      if (message.kind === 'push-key') return told?.(message.key)
      on = message.on
      show()
    },
    async begin() {
      const made = await current()
      if (made && Notification.permission === 'granted') reach(made)
      show()
    },
    async turnOn() {
      if (can) await subscribe()
    },
    async turnOff() {
      await (await current())?.unsubscribe()
      send({ kind: 'unsubscribe' })
    },
    async leave() {
      await (await current())?.unsubscribe()
    },
  }
}

/** A worker takes messages once it is active. */
async function active({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const coming = installing ?? waiting
  if (active || !coming) return
  await new Promise<void>((resolve, reject) => {
    coming.addEventListener('statechange', () => {
      if (coming.state === 'activated') resolve()
      if (coming.state === 'redundant') reject(new Error('the worker file cannot be installed'))
    })
  })
}
