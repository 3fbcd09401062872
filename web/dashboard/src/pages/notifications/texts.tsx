// The texts of a type, each beside what it becomes.
import type { ReactNode } from 'react'
import type { Channel, Templates } from '../../contract.ts'
import { TextArea, TextField } from '../../ui/field.tsx'
import { words } from '../../words.ts'
import { Shown, ShownEmail, ShownItem, ShownPush } from './shown.tsx'
import type { Flaws, Previewed } from './use-preview.ts'

const say = words.notifications
const { writing } = words

type TextsProps = { templates: Templates; channels: Channel[]; previewed: Previewed; wrong: Flaws; may: boolean }

export function Texts({ templates: { inapp, email, web_push }, channels, previewed, wrong, may }: TextsProps) {
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
      <Beside title={writing.push} shown={isUsed('web_push')} may={may} preview={
        <Shown of={writing.push} stale={stale}>{shown?.web_push && <ShownPush push={shown.web_push} />}</Shown>
      }>
        <TextField label={say.pushTitle} name="web_push.title" spellCheck={false} defaultValue={web_push?.title ?? ''} error={error('web_push.title')} />
        <TextField label={say.pushMessage} name="web_push.message" spellCheck={false} defaultValue={web_push?.message ?? ''} error={error('web_push.message')} />
        <TextField label={writing.pushUrl} name="web_push.url" className="mono" spellCheck={false} defaultValue={web_push?.url ?? ''} error={error('web_push.url')} />
      </Beside>
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
