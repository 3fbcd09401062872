//! Notifications of the browser: the page subscribes, and the session here says who is reached.
import type { FromPush, ToPush } from '@countersign/protocol/push'
import { tell } from './host.ts'
import type { Caller } from './live.ts'

const SUBSCRIPTIONS = '/widget/v1/push_subscriptions'

export class Push {
  private id: string | null = null

  constructor(private readonly session: Caller) {}

  /** What the page wants; it always gets an answer. */
  async hear(message: ToPush): Promise<void> {
    try {
      tell(await this.answer(message))
    } catch {
      tell(message.kind === 'want-push-key' ? { kind: 'push-key', key: null } : { kind: 'subscribed', on: this.id !== null })
    }
  }

  private async answer(message: ToPush): Promise<FromPush> {
    switch (message.kind) {
      case 'want-push-key': {
        const { public_key } = await this.session.call<{ public_key: string }>('GET', '/widget/v1/push_key')
        return { kind: 'push-key', key: public_key }
      }
      case 'subscribe': {
        const { endpoint, keys: { p256dh, auth } } = message.subscription
        const made = await this.session.call<{ id: string }>('POST', SUBSCRIPTIONS, { endpoint, keys: { p256dh, auth } })
        this.id = made.id
        return { kind: 'subscribed', on: true }
      }
      case 'unsubscribe': {
        if (this.id) await this.session.call('DELETE', `${SUBSCRIPTIONS}/${this.id}`)
        this.id = null
        return { kind: 'subscribed', on: false }
      }
    }
  }
}
