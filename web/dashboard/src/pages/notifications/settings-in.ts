// What a type's form says, as the settings that the server takes; or what is wrong with it, field by field.
import type { Channel, NotificationSettings } from '../../contract.ts'
import { words } from '../../words.ts'

const say = words.notifications

export const CHANNELS: Channel[] = ['inapp', 'email', 'web_push', 'sms', 'call', 'mobile_push', 'slack']

export type Wrong = Partial<Record<'title' | 'channels' | 'deduplicate' | 'most' | 'retention', string>>

/** What the form has no field for stays as it was. */
export function settingsIn(form: FormData, before: NotificationSettings): { settings: NotificationSettings; wrong: Wrong } {
  const raw = (name: string) => String(form.get(name) ?? '')
  const text = (name: string) => raw(name).trim()
  const some = (name: string) => text(name) || null
  const channels = CHANNELS.filter((channel) => form.has(`channel.${channel}`))
  const wrong: Wrong = {
    ...(text('title') === '' && { title: say.titleMissing }),
    ...(channels.length === 0 && { channels: say.channelMissing }),
  }
  const number = (name: string, as: keyof Wrong): number | null => {
    if (text(name) === '') return null
    if (!/^\d{1,9}$/.test(text(name))) wrong[as] = say.numberBad
    return Number(text(name))
  }
  const [most, seconds] = [number('most', 'most'), number('seconds', 'most')]
  if ((most === null) !== (seconds === null)) wrong.most = say.throttleBoth
  const { inapp, web_push } = before.templates
  return {
    wrong,
    settings: {
      ...before,
      title: text('title'),
      channels,
      critical: form.has('critical'),
      templates: {
        inapp: some('inapp.title') === null ? null : { title: raw('inapp.title'), url: some('inapp.url'), image: inapp?.image ?? null },
        email: some('email.subject') === null ? null : { subject: raw('email.subject'), html: raw('email.html') },
        web_push: some('web_push.title') === null ? null : { title: raw('web_push.title'), message: raw('web_push.message'), icon: web_push?.icon ?? null, url: some('web_push.url') },
      },
      deduplicate_seconds: number('deduplicate', 'deduplicate'),
      throttle: most !== null && seconds !== null ? { most, seconds } : null,
      retention_days: number('retention', 'retention'),
    },
  }
}
