// What a type's form says, as the settings that the server takes; or what is wrong with it, field by field.
import type { Channel, NotificationSettings, PushText, Templates } from '../../contract.ts'
import { words } from '../../words.ts'

const say = words.notifications

export const CHANNELS: Channel[] = ['inapp', 'email', 'web_push', 'sms', 'call', 'mobile_push', 'slack']

export const NO_TEXTS: Templates = { inapp: null, email: null, web_push: null, sms: null, call: null, mobile_push: null, slack: null }

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
  const { templates } = before
  const push = (channel: 'web_push' | 'mobile_push'): PushText | null =>
    some(`${channel}.title`) === null ? null : { title: raw(`${channel}.title`), message: raw(`${channel}.message`), icon: templates[channel]?.icon ?? null, url: some(`${channel}.url`) }
  const message = (channel: 'sms' | 'call' | 'slack') => (some(`${channel}.message`) === null ? null : { message: raw(`${channel}.message`) })
  return {
    wrong,
    settings: {
      ...before,
      title: text('title'),
      channels,
      critical: form.has('critical'),
      templates: {
        ...templates,
        inapp: some('inapp.title') === null ? null : { title: raw('inapp.title'), url: some('inapp.url'), image: templates.inapp?.image ?? null },
        email: some('email.subject') === null ? null : { subject: raw('email.subject'), html: raw('email.html') },
        web_push: push('web_push'),
        sms: message('sms'),
        call: message('call'),
        mobile_push: push('mobile_push'),
        slack: message('slack'),
      },
      deduplicate_seconds: number('deduplicate', 'deduplicate'),
      throttle: most !== null && seconds !== null ? { most, seconds } : null,
      retention_days: number('retention', 'retention'),
    },
  }
}
