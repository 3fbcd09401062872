//! The page on which a visitor chooses what to be told of.
import type { Choosable, Delivery } from '@countersign/protocol/contract'
import type { App } from './app.ts'
import { Waiting } from './states.tsx'
import { Icon } from './icons.tsx'
import type { Preference, Preferences } from './preferences.ts'
import type { Words } from './words.ts'

export function Choices({ app, preferences }: { app: App; preferences: Preferences }) {
  const { words } = app.tongue
  if (preferences.failed) {
    return (
      <div class="sorry" role="alert">
        <h2>{words.troubleTitle}</h2>
        <button type="button" class="main" onClick={() => void preferences.load()}>{words.retry}</button>
      </div>
    )
  }
  if (!preferences.items) return <Waiting words={words} />
  return (
    <div class="log choices" tabIndex={0} aria-label={words.preferences}>
      {preferences.items.length === 0 && <p class="none">{words.noChoices}</p>}
      {preferences.items.map((one) => <Kind key={one.type} preference={one} preferences={preferences} words={words} />)}
    </div>
  )
}

type KindProps = { preference: Preference; preferences: Preferences; words: Words }

function Kind({ preference, preferences, words }: KindProps) {
  const rows = (channels: Choosable[], sub: string | null, of: string) => channels.map((channel) => (
    <Row key={channel.channel} channel={channel} of={of} words={words}
      onChoose={(delivery) => void preferences.choose(preference, sub, channel.channel, delivery)} />
  ))
  return (
    <section class="kind">
      <h2><bdi>{preference.title}</bdi>{preference.critical && <span class="always"><Icon of="lock" size={14} />{words.always}</span>}</h2>
      {rows(preference.channels, null, preference.title)}
      {preference.subs.map((sub) => (
        <div key={sub.name} class="sub">
          <h3><bdi>{sub.title}</bdi></h3>
          {rows(sub.channels, sub.name, sub.title)}
        </div>
      ))}
    </section>
  )
}

type RowProps = { channel: Choosable; of: string; words: Words; onChoose: (delivery: Delivery) => void }

/** A switch where there is on and off, a list where there is more, and a word where there is no choice. */
function Row({ channel: { channel, delivery, offered }, of, words, onChoose }: RowProps) {
  const label = `${of}: ${words.channels[channel]}`
  return (
    <div class="choice">
      <span>{words.channels[channel]}</span>
      {offered.length < 2 ? <span class="dim">{words.deliveries[delivery]}</span>
        : isSwitch(offered) ? <button type="button" class="switch" role="switch" aria-checked={delivery !== 'off'} aria-label={label} onClick={() => onChoose(delivery === 'off' ? 'instant' : 'off')} />
        : (
          <select aria-label={label} value={delivery} onChange={(event) => onChoose(event.currentTarget.value as Delivery)}>
            {offered.map((one) => <option key={one} value={one}>{words.deliveries[one]}</option>)}
          </select>
        )}
    </div>
  )
}

const isSwitch = (offered: Delivery[]) => offered.length === 2 && offered.includes('off') && offered.includes('instant')
