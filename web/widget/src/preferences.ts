//! What the visitor is told of, and on which ways: shown at once, and taken back if the server refuses.
import type { Channel, Choice, Choosable, Delivery, Page, SubPreference } from '@countersign/protocol/contract'
import type { Caller } from './live.ts'

/** The ways of one type, with those of its sub-notifications. */
export type Preference = {
  type: string
  title: string
  /** Nobody can turn it off. */
  critical: boolean
  channels: Choosable[]
  subs: SubPreference[]
}

const PATH = '/widget/v1/notification_preferences'

export class Preferences {
  /** `null` until they are there. */
  items: Preference[] | null = null
  failed = false

  constructor(
    private readonly session: Caller,
    private readonly draw: () => void,
  ) {}

  async load(): Promise<void> {
    this.failed = false
    try {
      this.items = (await this.session.call<Page<Preference>>('GET', PATH)).items
    } catch {
      this.failed = true
    }
    this.draw()
  }

  async choose(preference: Preference, sub: string | null, channel: Channel, delivery: Delivery): Promise<void> {
    const chosen = preference.subs.find(({ name }) => name === sub)?.channels ?? preference.channels
    for (const one of chosen) if (one.channel === channel) one.delivery = delivery
    this.draw()
    const choice: Choice = { type: preference.type, ...(sub !== null && { sub }), channel, delivery }
    try {
      this.items = (await this.session.call<Page<Preference>>('PATCH', PATH, [choice])).items
      this.draw()
    } catch {
      await this.load()
    }
  }
}
