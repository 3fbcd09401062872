// API keys: made and shown once, revoked at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { ApiKey } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { Empty, ErrorNote, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'

const say = words.settings.keys

export function KeysPage() {
  usePageTitle(words.settings.tabs.keys)
  const query = useQuery(queries.apiKeys())
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey | null>(null)
  const keys = query.data?.items ?? []
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      {say.create}
    </Button>
  )
  return (
    <>
      <div className="split-head">
        <p className="tab-lead">{say.lead}</p>
        {keys.length > 0 && create}
      </div>
      {query.isPending && <Skeleton kind="row" rows={3} />}
      {query.isError && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
      {query.data && keys.length === 0 && (
        <Empty icon={<KeyRound size={20} />} title={say.emptyTitle} action={create}>
          {say.empty}
        </Empty>
      )}
      {keys.length > 0 && <KeyTable keys={keys} onRevoke={setRevoking} />}
      {creating && <CreateKey onClose={() => setCreating(false)} />}
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />}
    </>
  )
}

function KeyTable({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  return (
    <div className="card table-wrap" tabIndex={0} role="region" aria-label={words.settings.tabs.keys}>
      <table className="table keys">
        <thead>
          <tr>
            <th scope="col">{say.name}</th>
            <th scope="col">{say.hint}</th>
            <th scope="col">{say.created}</th>
            <th scope="col">{say.lastUsed}</th>
            <th scope="col">
              <span className="hidden-visually">{say.revoke}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} data-revoked={Boolean(key.revoked_at)}>
              <td>
                <strong>{key.name}</strong>
              </td>
              <td className="mono">{key.hint ? `…${key.hint}` : '—'}</td>
              <td>
                <Time at={key.created_at} as="brief" />
              </td>
              <td>
                <Time at={key.last_used_at} />
              </td>
              <td className="cell-action">
                {key.revoked_at ? (
                  <span className="muted">
                    {say.revokedAt} <Time at={key.revoked_at} />
                  </span>
                ) : (
                  <Button size="small" look="quiet" className="danger-text" onClick={() => onRevoke(key)} aria-label={say.revokeTitle(key.name)}>
                    {say.revoke}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const cache = useQueryClient()
  const [error, setError] = useState<string | null>(null)
  const create = useMutation({
    mutationFn: api.createApiKey,
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['api-keys'] }),
  })
  if (create.data) return <ShownOnce title={say.shownTitle} text={say.shownText} secret={create.data.secret_key} note={create.data.name} onDone={onClose} />
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    if (name === '') return setError(say.nameMissing)
    create.mutate(name)
  }
  return (
    <Dialog open onOpen={onClose} title={say.createTitle}>
      <form onSubmit={submit} noValidate>
        <TextField label={say.nameLabel} name="name" hint={say.nameHelp} maxLength={100} autoComplete="off" error={error} />
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

function RevokeKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const cache = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => api.revokeApiKey(apiKey.id),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['api-keys'] })
      onClose()
      tell(say.revoked)
    },
  })
  return (
    <Confirm open onOpen={onClose} title={say.revokeTitle(apiKey.name)} text={say.revokeText} confirm={say.revoke} busy={revoke.isPending} error={revoke.error} onConfirm={() => revoke.mutate()} />
  )
}
