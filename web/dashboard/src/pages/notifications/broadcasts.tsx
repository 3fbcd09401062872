// Broadcasts: the same news for everybody or for a topic, and how far each one is.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Broadcast, NewBroadcast } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { TextArea } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { Section } from '../widgets/settings.tsx'
import { objectIn } from './example.ts'
import './broadcasts.css'

const say = words.broadcasts

export function BroadcastsPage() {
  const query = useQuery(queries.broadcasts())
  return (
    <>
      {useMay('notifications.send') && <Start />}
      {query.isPending && <Skeleton kind="row" rows={3} />}
      {query.isError && <Failed title={say.listError} error={query.error} retry={() => void query.refetch()} />}
      <ul className="broadcasts">
        {query.data?.items.map((one) => (
          <li key={one.id} className="card broadcast">
            <Progress broadcast={one} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Start() {
  const types = useQuery(queries.notificationTypes())
  const topics = useQuery(queries.topics())
  const [wrong, setWrong] = useState(false)
  const [asked, setAsked] = useState<NewBroadcast | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const topic = String(form.get('topic') ?? '')
    const parameters = objectIn(String(form.get('parameters') ?? ''))
    setWrong(!parameters)
    if (parameters) setAsked({ type: String(form.get('type')), to: topic ? { topic } : 'everybody', parameters })
  }
  if (types.data?.items.length === 0) return <p className="muted">{say.noTypes}</p>
  return (
    <Section title={say.title} lead={say.lead}>
      <form className="stack" onSubmit={submit} noValidate>
        <Choice label={say.type} name="type">
          {types.data?.items.map(({ name }) => <option key={name}>{name}</option>)}
        </Choice>
        <Choice label={say.topic} name="topic">
          <option value="">{say.everybody}</option>
          {topics.data?.items.map(({ topic, subscribers }) => (
            <option key={topic} value={topic}>
              {say.subscribers(topic, subscribers)}
            </option>
          ))}
        </Choice>
        <TextArea label={say.parameters} name="parameters" rows={3} className="mono" spellCheck={false} defaultValue="{}" error={wrong ? say.parametersBad : null} />
        <footer className="section-foot">
          <Button type="submit" disabled={!types.data}>
            {say.start}
          </Button>
        </footer>
      </form>
      {asked && <Sure broadcast={asked} onClose={() => setAsked(null)} />}
    </Section>
  )
}

function Choice({ label, name, children }: { label: string; name: string; children: ReactNode }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {label}
      </label>
      <select id={id} name={name} className="input">
        {children}
      </select>
    </div>
  )
}

function Sure({ broadcast, onClose }: { broadcast: NewBroadcast; onClose: () => void }) {
  const cache = useQueryClient()
  const send = useMutation({
    mutationFn: () => api.startBroadcast(broadcast),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queries.broadcasts().queryKey })
      onClose()
    },
  })
  const to = broadcast.to === 'everybody' ? say.sureEverybody : say.sureTopic(broadcast.to.topic)
  return <Confirm open onOpen={onClose} title={say.sureTitle} text={say.sure(broadcast.type, to)} confirm={say.send} danger={false} busy={send.isPending} error={send.error} onConfirm={() => send.mutate()} />
}

function Progress({ broadcast }: { broadcast: Broadcast }) {
  const mayStop = useMay('notifications.send') && broadcast.state === 'running'
  const [asking, setAsking] = useState(false)
  const to = say.to(broadcast.to === 'everybody' ? null : broadcast.to.topic)
  return (
    <>
      <p className="broadcast-head">
        <strong className="mono">{say.progress(broadcast.type, to)}</strong>
        <Time at={broadcast.created_at} />
      </p>
      <progress aria-label={say.progress(broadcast.type, to)} max={Math.max(broadcast.total, 1)} value={broadcast.total === 0 ? 1 : broadcast.done} />
      <p className="broadcast-foot">
        <span className={`state state-${broadcast.state}`}>{say.states[broadcast.state]}</span>
        <span>{say.done(broadcast.done, broadcast.total)}</span>
        {broadcast.skipped > 0 && <span className="muted">{say.skipped(broadcast.skipped)}</span>}
        {mayStop && (
          <Button size="small" look="quiet" className="danger-text" onClick={() => setAsking(true)}>
            {say.cancel}
          </Button>
        )}
      </p>
      {asking && <Stop id={broadcast.id} onClose={() => setAsking(false)} />}
    </>
  )
}

function Stop({ id, onClose }: { id: string; onClose: () => void }) {
  const cache = useQueryClient()
  const stop = useMutation({
    mutationFn: () => api.cancelBroadcast(id),
    onSuccess: () => {
      tell(say.cancelled)
      onClose()
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: queries.broadcasts().queryKey }),
  })
  return <Confirm open onOpen={onClose} title={say.cancelTitle} text={say.cancelText} confirm={say.cancel} busy={stop.isPending} error={stop.error} onConfirm={() => stop.mutate()} />
}
