// The texts of a type, each beside what it becomes.
import type { ReactNode } from 'react'
import type { Channel, Templates } from '../../contract.ts'
import { TextArea, TextField } from '../../ui/field.tsx'
import { words } from '../../words.ts'
import { Shown, ShownEmail, ShownItem, ShownPush } from './shown.tsx'
import type { Flaws, Previewed } from './use-preview.ts'

const say = words.notifications
const { writing } = words

const PUSHES = ['web_push', 'mobile_push'] as const
const MESSAGES = ['sms', 'call', 'slack'] as const

type TextsProps = { templates: Templates; channels: Channel[]; previewed: Previewed; wrong: Flaws; may: boolean }

export function Texts({ templates, channels, previewed, wrong, may }: TextsProps) {
  const { inapp, email } = templates
  const { shown, stale } = previewed
  const error = (name: string) => wrong[name] ?? null
  const isUsed = (channel: Channel) => channels.includes(channel) || Object.keys(wrong).some((name) => name.startsWith(`${channel}.`))
  return (
    <>
      <Beside title={writing.feed} shown={isUsed('inapp')} may={may} preview={
        <Shown of={writing.feed} stale={stale}>{shown?.inapp && <ShownItem item={shown.inapp} />}</Shown>
      }>
        <TextField label={say.inappTitle} name="inapp.title" spellCheck={false} defaultValue={inapp?.title ?? ''} error={error('inapp.title')} />
        <TextField label={say.inappUrl} name="inapp.url" hint={say.inappUrlHelp} className="mono" spellCheck={false} defaultValue={inapp?.url ?? ''} error={error('inapp.url')} />
      </Beside>
      <Beside title={writing.email} shown={isUsed('email')} may={may} preview={
        <Shown of={writing.email} stale={stale}>{shown?.email && <ShownEmail email={shown.email} />}</Shown>
      }>
        <TextField label={say.emailSubject} name="email.subject" spellCheck={false} defaultValue={email?.subject ?? ''} error={error('email.subject')} />
        <TextArea label={say.emailHtml} name="email.html" rows={10} className="mono" spellCheck={false} defaultValue={email?.html ?? ''} error={error('email.html')} />
      </Beside>
      {PUSHES.map((channel) => (
        <Beside key={channel} title={writing[channel]} shown={isUsed(channel)} may={may} preview={
          <Shown of={writing[channel]} stale={stale}>{shown?.[channel] && <ShownPush push={shown[channel]} />}</Shown>
        }>
          <TextField label={say.pushTitle} name={`${channel}.title`} spellCheck={false} defaultValue={templates[channel]?.title ?? ''} error={error(`${channel}.title`)} />
          <TextField label={say.pushMessage} name={`${channel}.message`} spellCheck={false} defaultValue={templates[channel]?.message ?? ''} error={error(`${channel}.message`)} />
          <TextField label={writing.pushUrl} name={`${channel}.url`} className="mono" spellCheck={false} defaultValue={templates[channel]?.url ?? ''} error={error(`${channel}.url`)} />
        </Beside>
      ))}
      {MESSAGES.map((channel) => (
        <Beside key={channel} title={say.channels[channel]} shown={isUsed(channel)} may={may} preview={
          <Shown of={say.channels[channel]} stale={stale}>{shown?.[channel] && <p className="shown-card shown-message">{shown[channel].message}</p>}</Shown>
        }>
          <TextArea label={writing.message[channel]} name={`${channel}.message`} rows={3} spellCheck={false} defaultValue={templates[channel]?.message ?? ''} error={error(`${channel}.message`)} />
        </Beside>
      ))}
    </>
  )
}

type BesideProps = { title: string; shown: boolean; may: boolean; preview: ReactNode; children: ReactNode }

/** Fields and their preview. What is not shown keeps its texts. */
function Beside({ title, shown, may, preview, children }: BesideProps) {
  return (
    <section className="beside" hidden={!shown} aria-label={title}>
      <fieldset className="plain-fieldset stack" disabled={!may}>
        <h3>{title}</h3>
        {children}
      </fieldset>
      {preview}
    </section>
  )
}
