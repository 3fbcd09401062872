// The secrets and public keys that a widget's proofs are checked with.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FileKey, KeyRound } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { IdentitySecret, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Empty, ErrorNote, Skeleton } from '../../ui/states.tsx'
import { ago, Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { CreateSecret, RegisterKey } from './new-secret.tsx'
import { Section } from './settings.tsx'

const say = words.identity

export function SecretsSection({ widget }: { widget: Widget }) {
  const query = useQuery(queries.secrets(widget.id))
  const [open, setOpen] = useState<'create' | 'register' | null>(null)
  const active = query.data?.items.filter((secret) => !secret.retired_at) ?? []
  const retired = query.data?.items.filter((secret) => secret.retired_at) ?? []
  const close = () => setOpen(null)
  return (
    <Section
      title={say.secrets}
      lead={say.secretsHelp}
      action={
        <div className="section-actions">
          {widget.profile === 'countersign' && <Button onClick={() => setOpen('register')}>{say.register}</Button>}
          <Button look="primary" onClick={() => setOpen('create')}>
            {say.create}
          </Button>
        </div>
      }
    >
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && active.length === 0 && (
        <Empty icon={<KeyRound size={20} />} title={say.secretsNoneTitle}>
          {say.secretsNone}
        </Empty>
      )}
      <ul className="secrets">
        {active.map((secret) => (
          <Secret key={secret.id} widget={widget.id} secret={secret} only={active.length === 1} />
        ))}
      </ul>
      {retired.length > 0 && (
        <details className="retired">
          <summary>{say.retiredList(retired.length)}</summary>
          <ul className="secrets">
            {retired.map((secret) => (
              <Secret key={secret.id} widget={widget.id} secret={secret} only={false} />
            ))}
          </ul>
        </details>
      )}
      {open === 'create' && <CreateSecret widget={widget} onClose={close} />}
      {open === 'register' && <RegisterKey widget={widget} onClose={close} />}
    </Section>
  )
}

function Secret({ widget, secret, only }: { widget: string; secret: IdentitySecret; only: boolean }) {
  const [asking, setAsking] = useState(false)
  const isPublic = secret.kind === 'public'
  const Icon = isPublic ? FileKey : KeyRound
  return (
    <li className="secret-row" data-retired={secret.retired_at !== null}>
      <Icon size={18} aria-hidden="true" />
      <div className="secret-text">
        <p>
          <strong>{say.kinds[secret.kind]}</strong> <span className="muted">{isPublic ? say.kindPublic : say.kindModes[secret.mode]}</span>
        </p>
        <p className="muted">
          {secret.kid && <code>{secret.kid}</code>} {!isPublic && secret.hint && say.hint(secret.hint)}
        </p>
      </div>
      <p className="secret-times muted">
        {say.created} <Time at={secret.created_at} as="brief" />
        <br />
        {secret.retired_at ? (
          <>
            {say.retired} <Time at={secret.retired_at} />
          </>
        ) : (
          <>
            {say.lastUsed} <Time at={secret.last_used_at} />
          </>
        )}
      </p>
      {!secret.retired_at && (
        <Button size="small" look="quiet" className="danger-text" onClick={() => setAsking(true)}>
          {say.retire}
          <span className="hidden-visually"> {secret.kid}</span>
        </Button>
      )}
      {asking && <Retire widget={widget} secret={secret} only={only} onClose={() => setAsking(false)} />}
    </li>
  )
}

function Retire({ widget, secret, only, onClose }: { widget: string; secret: IdentitySecret; only: boolean; onClose: () => void }) {
  const cache = useQueryClient()
  const retire = useMutation({
    mutationFn: () => api.retireSecret(widget, secret.id),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queries.secrets(widget).queryKey })
      onClose()
      tell(say.retiredNow)
    },
  })
  return (
    <Confirm
      open
      onOpen={onClose}
      title={say.retireTitle}
      text={
        <>
          {say.retireText} {secret.last_used_at && say.retireUsed(ago(new Date(secret.last_used_at), new Date()))} {only && say.retireOnly}
        </>
      }
      confirm={say.retire}
      busy={retire.isPending}
      error={retire.error}
      onConfirm={() => retire.mutate()}
    />
  )
}
