// One notification type: what people see of it, its texts, its limits; and a test of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { NotificationSettings, NotificationType } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { ErrorNote, Failed, Skeleton } from '../../ui/states.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { Section } from '../widgets/settings.tsx'
import { Example } from './example-field.tsx'
import { objectIn, textsOf, withExamples } from './example.ts'
import { CHANNELS, settingsIn, type Wrong } from './settings-in.ts'
import { TestSection } from './test.tsx'
import { Texts } from './texts.tsx'
import { flawsOf, type Previewed, usePreview } from './use-preview.ts'
import './notifications.css'

const route = getRouteApi('/shell/notifications/types/$type')
const say = words.notifications

export function TypePage() {
  const { type: name } = route.useParams()
  const query = useQuery(queries.notificationTypes())
  const type = query.data?.items.find((one) => one.name === name)
  const mayManage = useMay('notifications.manage')
  usePageTitle(type?.settings.title ?? say.title)
  return (
    <div className="page">
      <div className="page-inner page-inner-wide">
        <Link to="/notifications/types" className="crumb">
          <ArrowLeft size={15} aria-hidden="true" /> {say.tabs.types}
        </Link>
        {query.isPending && <Skeleton kind="card" rows={3} />}
        {query.isError && !type && <Failed title={say.typesError} error={query.error} retry={() => void query.refetch()} />}
        {query.data && !type && <p className="note note-warn">{say.lost}</p>}
        {type && (
          <>
            <header className="widget-head">
              <h1 className="page-title">{type.settings.title}</h1>
              <code className="muted">{type.name}</code>
            </header>
            {!mayManage && <p className="note">{words.readOnly}</p>}
            <Workbench key={type.name} type={type} may={mayManage} />
            {mayManage && <Remove name={type.name} />}
          </>
        )}
      </div>
    </div>
  )
}

/** The form, and beside it everything that is tried with what stands in it. */
function Workbench({ type, may }: { type: NotificationType; may: boolean }) {
  const maySend = useMay('notifications.send')
  const usual = useUsualExample(type.settings)
  const [draft, setDraft] = useState(type.settings)
  const [written, setWritten] = useState<string | null>(null)
  const example = written ?? usual
  const parameters = objectIn(example)
  const { title, templates } = draft
  const previewed = usePreview(parameters && { title, templates, parameters })
  return (
    <>
      <Form type={type} may={may} draft={draft} previewed={previewed} onWrite={setDraft}>
        <Example text={example} onText={setWritten} texts={textsOf(templates)} previewed={previewed} />
      </Form>
      {maySend && <TestSection type={type} parameters={parameters} unsaved={JSON.stringify(draft) !== JSON.stringify(type.settings)} />}
    </>
  )
}

/** A word for each merge tag of the texts as they are saved. */
function useUsualExample({ title, templates }: NotificationSettings): string {
  const { data } = useQuery(queries.preview({ title, templates, parameters: {} }))
  return JSON.stringify(withExamples({}, data?.missing ?? [], textsOf(templates)), null, 2)
}

type FormProps = { type: NotificationType; may: boolean; draft: NotificationSettings; previewed: Previewed; onWrite: (settings: NotificationSettings) => void; children: ReactNode }

function Form({ type, may, draft, previewed, onWrite, children }: FormProps) {
  const cache = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<Wrong>({})
  const save = useMutation({
    mutationFn: (settings: NotificationSettings) => api.putNotificationType(type.name, settings),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['notification-types'] })
      tell(say.saved)
    },
    onError: (error) => focusOn(form.current, Object.keys(flawsOf(error))[0]),
  })
  const read = (from: HTMLFormElement) => settingsIn(new FormData(from), type.settings)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { settings, wrong } = read(event.currentTarget)
    setWrong(wrong)
    if (Object.keys(wrong).length === 0) save.mutate(settings)
  }
  const flaws = { ...flawsOf(save.error), ...previewed.wrong }
  return (
    <form ref={form} onSubmit={submit} onInput={(event) => may && onWrite(read(event.currentTarget).settings)} noValidate>
      <fieldset className="plain-fieldset" disabled={!may}>
        <General settings={type.settings} wrong={wrong} />
      </fieldset>
      <Section title={say.texts} lead={say.textsHelp}>
        {children}
        <Texts templates={type.settings.templates} channels={draft.channels} previewed={previewed} wrong={flaws} may={may} />
      </Section>
      <fieldset className="plain-fieldset" disabled={!may}>
        <Limits settings={type.settings} wrong={wrong} />
      </fieldset>
      {save.error && <SaveError error={save.error} />}
      {may && (
        <footer className="section-foot type-foot">
          <Button type="submit" look="primary" busy={save.isPending}>
            {words.common.save}
          </Button>
        </footer>
      )}
    </form>
  )
}

/** A field tells of its own flaw; here stands only that there is one. */
function SaveError({ error }: { error: Error }) {
  if (Object.keys(flawsOf(error)).length === 0) return <ErrorNote error={error} />
  return (
    <p className="note note-danger" role="alert">
      {words.writing.saveRefused}
    </p>
  )
}

function focusOn(form: HTMLFormElement | null, name: string | undefined): void {
  const field = name && form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}

type PartProps = { settings: NotificationSettings; wrong: Wrong }

function General({ settings, wrong }: PartProps) {
  return (
    <Section title={say.general}>
      <TextField label={say.typeTitle} name="title" hint={say.typeTitleHelp} defaultValue={settings.title} maxLength={200} error={wrong.title ?? null} />
      <fieldset className="radios" aria-describedby="channels-hint">
        <legend className="field-label">{say.channelsTitle}</legend>
        <div className="channels">
          {CHANNELS.map((channel) => (
            <label key={channel} className="check">
              <input type="checkbox" name={`channel.${channel}`} defaultChecked={settings.channels.includes(channel)} /> {say.channels[channel]}
            </label>
          ))}
        </div>
        <p className="field-hint" id="channels-hint">
          {say.channelsHelp}
        </p>
        <p className="field-error" aria-live="polite">
          {wrong.channels}
        </p>
      </fieldset>
      <label className="check">
        <input type="checkbox" name="critical" defaultChecked={settings.critical} />
        <span>
          {say.criticalLabel} <span className="field-hint">{say.criticalHelp}</span>
        </span>
      </label>
    </Section>
  )
}

function Limits({ settings, wrong }: PartProps) {
  const { throttle } = settings
  return (
    <Section title={say.limits} lead={say.limitsHelp}>
      <div className="limits">
        <TextField label={say.deduplicate} name="deduplicate" inputMode="numeric" defaultValue={settings.deduplicate_seconds ?? ''} error={wrong.deduplicate ?? null} />
        <TextField label={say.retention} name="retention" inputMode="numeric" defaultValue={settings.retention_days ?? ''} error={wrong.retention ?? null} />
        <TextField label={say.most} name="most" inputMode="numeric" defaultValue={throttle?.most ?? ''} error={wrong.most ?? null} />
        <TextField label={say.seconds} name="seconds" inputMode="numeric" defaultValue={throttle?.seconds ?? ''} />
      </div>
    </Section>
  )
}

function Remove({ name }: { name: string }) {
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => api.removeNotificationType(name),
    onSuccess: async () => {
      await navigate({ to: '/notifications/types' })
      await cache.invalidateQueries({ queryKey: ['notification-types'] })
      tell(say.removed)
    },
  })
  return (
    <p className="type-remove">
      <Button look="quiet" className="danger-text" onClick={() => setAsking(true)}>
        {say.remove}
      </Button>
      <Confirm open={asking} onOpen={setAsking} title={say.removeTitle(name)} text={say.removeText} confirm={say.remove} busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} />
    </p>
  )
}
