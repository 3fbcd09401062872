// Every notification type, and the way to make another.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronRight, Lock, Tags } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { NotificationType } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { Empty, ErrorNote, Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { NO_TEXTS } from './settings-in.ts'

const say = words.notifications

export function TypesPage() {
  const query = useQuery(queries.notificationTypes())
  const mayManage = useMay('notifications.manage')
  const [creating, setCreating] = useState(false)
  const types = query.data?.items ?? []
  return (
    <>
      <div className="split-head">
        <p className="tab-lead">{say.typesLead}</p>
        {mayManage && (
          <Button look="primary" onClick={() => setCreating(true)}>
            {say.create}
          </Button>
        )}
      </div>
      {query.isPending && <Skeleton kind="row" rows={4} />}
      {query.isError && <Failed title={say.typesError} error={query.error} retry={() => void query.refetch()} />}
      {query.data && types.length === 0 && (
        <Empty icon={<Tags size={20} />} title={say.noTypesTitle}>
          {say.noTypes}
        </Empty>
      )}
      <ul className="types">
        {types.map((type) => (
          <Row key={type.name} type={type} />
        ))}
      </ul>
      {creating && <Create taken={types.map(({ name }) => name)} onClose={() => setCreating(false)} />}
    </>
  )
}

function Row({ type: { name, settings } }: { type: NotificationType }) {
  return (
    <li>
      <Link to="/notifications/types/$type" params={{ type: name }} className="card type-row">
        <span className="type-text">
          <strong>{settings.title}</strong>
          <code className="truncate">{name}</code>
        </span>
        <span className="type-facts">
          {settings.critical && (
            <span className="chip">
              <Lock size={12} aria-hidden="true" /> {say.critical}
            </span>
          )}
          {settings.channels.map((channel) => (
            <span key={channel} className="chip">
              {say.channels[channel]}
            </span>
          ))}
        </span>
        <ChevronRight size={16} aria-hidden="true" />
      </Link>
    </li>
  )
}

function Create({ taken, onClose }: { taken: string[]; onClose: () => void }) {
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [error, setError] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: (name: string) =>
      api.putNotificationType(name, { title: name, channels: ['inapp'], critical: false, offers: {}, templates: { ...NO_TEXTS, inapp: { title: name, url: null, image: null } }, deduplicate_seconds: null, throttle: null, retention_days: null }),
    onSuccess: async ({ name }) => {
      await cache.invalidateQueries({ queryKey: ['notification-types'] })
      await navigate({ to: '/notifications/types/$type', params: { type: name } })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    const wrong = name === '' ? say.nameMissing : taken.includes(name) ? say.nameTaken : null
    setError(wrong)
    if (!wrong) create.mutate(name)
  }
  return (
    <Dialog open onOpen={onClose} title={say.createTitle}>
      <form onSubmit={submit} noValidate>
        <TextField label={say.name} name="name" hint={say.nameHelp} className="mono" maxLength={128} autoComplete="off" spellCheck={false} error={error} />
        {create.error && <ErrorNote error={create.error} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {say.create}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}
