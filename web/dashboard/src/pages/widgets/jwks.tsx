// The keys that the customer publishes: where, which of them count, and whether they can still be fetched.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, FileKey } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { told } from '../../api/problem.ts'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Jwks } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { Section } from './settings.tsx'

const say = words.jwks

export function JwksSection({ widget }: { widget: string }) {
  const query = useQuery(queries.jwks(widget))
  const [open, setOpen] = useState<'set' | 'remove' | null>(null)
  const close = () => setOpen(null)
  const jwks = query.data
  const actions = jwks ? (
    <div className="section-actions">
      <Button look="quiet" className="danger-text" onClick={() => setOpen('remove')}>
        {say.remove}
      </Button>
      <Button onClick={() => setOpen('set')}>{say.change}</Button>
    </div>
  ) : (
    jwks === null && <Button onClick={() => setOpen('set')}>{say.set}</Button>
  )
  return (
    <Section title={say.title} lead={say.lead} action={actions}>
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {jwks && <Published jwks={jwks} />}
      {open === 'set' && <SetUrl widget={widget} url={jwks?.url ?? ''} onClose={close} />}
      {open === 'remove' && <Remove widget={widget} onClose={close} />}
    </Section>
  )
}

function Published({ jwks }: { jwks: Jwks }) {
  return (
    <>
      <p className="jwks-url mono">{jwks.url}</p>
      {jwks.fault && <Failing jwks={jwks} fault={jwks.fault} />}
      <p className="muted jwks-times">
        {say.fetched} <Time at={jwks.fetched_at} />
        {jwks.fault && (
          <>
            , {say.tried} <Time at={jwks.checked_at} />
          </>
        )}
        . {say.due} <Time at={jwks.due_at} as="brief" />.
      </p>
      <ul className="secrets">
        {jwks.keys.map((key) => (
          <li key={key.kid} className="secret-row">
            <FileKey size={18} aria-hidden="true" />
            <p className="secret-text">
              <code className="secret-kid">{key.kid}</code> <span className="muted">{key.algorithm}</span>
            </p>
          </li>
        ))}
      </ul>
      {jwks.skipped.length > 0 && (
        <details className="retired">
          <summary>{say.skipped(jwks.skipped.length)}</summary>
          <ul className="consequences">
            {jwks.skipped.map(({ kid, why }) => (
              <li key={kid}>
                <code>{kid}</code>: <Sentence text={why} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

/** The old keys go on counting: it is not an outage yet, and becomes one with the next rotation. */
function Failing({ jwks, fault }: { jwks: Jwks; fault: string }) {
  return (
    <div className="note note-warn" role="status">
      <CircleAlert size={15} aria-hidden="true" />
      <div>
        <p>
          <strong>
            {say.failing} <Time at={jwks.failing_since} />
          </strong>
        </p>
        <p>
          <Sentence text={fault} />
        </p>
        <p>{say.failingHelp}</p>
      </div>
    </div>
  )
}

function SetUrl({ widget, url, onClose }: { widget: string; url: string; onClose: () => void }) {
  const cache = useQueryClient()
  const set = useMutation<Jwks, Error, string>({
    mutationFn: (to) => api.setJwks(widget, to),
    onSuccess: (fresh) => {
      cache.setQueryData(queries.jwks(widget).queryKey, fresh)
      tell(say.taken)
      onClose()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    set.mutate(String(new FormData(event.currentTarget).get('url') ?? '').trim())
  }
  return (
    <Dialog open onOpen={onClose} title={say.setTitle} lead={say.setText}>
      <form onSubmit={submit} noValidate>
        <TextField label={say.url} name="url" type="url" inputMode="url" className="mono" defaultValue={url} placeholder="https://app.example.com/.well-known/jwks.json" autoComplete="off" spellCheck={false} error={set.error ? told(set.error).text : null} />
        <footer className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={set.isPending}>
            {say.submit}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

function Remove({ widget, onClose }: { widget: string; onClose: () => void }) {
  const cache = useQueryClient()
  const remove = useMutation<null, Error>({
    mutationFn: () => api.removeJwks(widget),
    onSuccess: () => {
      cache.setQueryData(queries.jwks(widget).queryKey, null)
      tell(say.removed)
      onClose()
    },
  })
  return <Confirm open onOpen={onClose} title={say.removeTitle} text={say.removeText} confirm={say.removeConfirm} danger busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} />
}
