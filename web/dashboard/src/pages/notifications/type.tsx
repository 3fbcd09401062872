// One notification type: what people see of it, its texts, its limits; and a test of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { NotificationSettings, NotificationType } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { ErrorNote, Failed, Skeleton } from '../../ui/states.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { Section } from '../widgets/settings.tsx'
import { TestSection } from './test.tsx'
import { CHANNELS, settingsIn, type Wrong } from './settings-in.ts'
import './notifications.css'

const route = getRouteApi('/shell/notifications/types/$type')
const say = words.notifications

export function TypePage() {
  const { type: name } = route.useParams()
  const query = useQuery(queries.notificationTypes())
  const type = query.data?.items.find((one) => one.name === name)
  const mayManage = useMay('notifications.manage')
  const maySend = useMay('notifications.send')
  usePageTitle(type?.settings.title ?? say.title)
  return (
    <div className="page">
      <div className="page-inner">
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
            <Form type={type} may={mayManage} />
            {maySend && <TestSection type={type} />}
            {mayManage && <Remove name={type.name} />}
          </>
        )}
      </div>
    </div>
  )
}

function Form({ type, may }: { type: NotificationType; may: boolean }) {
  const cache = useQueryClient()
  const [wrong, setWrong] = useState<Wrong>({})
  const save = useMutation({
    mutationFn: (settings: NotificationSettings) => api.putNotificationType(type.name, settings),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['notification-types'] })
      tell(say.saved)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const read = settingsIn(new FormData(event.currentTarget), type.settings)
    setWrong(read.wrong)
    if (Object.keys(read.wrong).length === 0) save.mutate(read.settings)
  }
  return (
    <form onSubmit={submit} noValidate>
      <fieldset className="plain-fieldset" disabled={!may}>
        <General settings={type.settings} wrong={wrong} />
        <Texts settings={type.settings} />
        <Limits settings={type.settings} wrong={wrong} />
        {save.error && <ErrorNote error={save.error} />}
        {may && (
          <footer className="section-foot type-foot">
            <Button type="submit" look="primary" busy={save.isPending}>
              {words.common.save}
            </Button>
          </footer>
        )}
      </fieldset>
    </form>
  )
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

function Texts({ settings: { templates } }: { settings: NotificationSettings }) {
  return (
    <Section title={say.texts} lead={say.textsHelp}>
      <div className="stack">
        <TextField label={say.inappTitle} name="inapp.title" defaultValue={templates.inapp?.title ?? ''} />
        <TextField label={say.inappUrl} name="inapp.url" hint={say.inappUrlHelp} className="mono" spellCheck={false} defaultValue={templates.inapp?.url ?? ''} />
        <TextField label={say.emailSubject} name="email.subject" defaultValue={templates.email?.subject ?? ''} />
        <TextArea label={say.emailHtml} name="email.html" rows={8} className="mono" spellCheck={false} defaultValue={templates.email?.html ?? ''} />
        <TextField label={say.pushTitle} name="web_push.title" defaultValue={templates.web_push?.title ?? ''} />
        <TextField label={say.pushMessage} name="web_push.message" defaultValue={templates.web_push?.message ?? ''} />
      </div>
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
