// The secrets and public keys that a widget's proofs are checked with, and where each stands in its rotation.
import { useQuery } from '@tanstack/react-query'
import { FileKey, KeyRound } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Format, IdentitySecret, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, ErrorNote, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { percent } from './coverage.tsx'
import { CreateSecret, modesOf, RegisterKey } from './new-secret.tsx'
import { Retire } from './retire.tsx'
import { Section } from './settings.tsx'

const say = words.identity

export function SecretsSection({ widget, format }: { widget: Widget; format: Format | undefined }) {
  const query = useQuery(queries.secrets(widget.id))
  const [open, setOpen] = useState<'create' | 'register' | null>(null)
  const active = query.data?.items.filter((secret) => secret.state !== 'retired') ?? []
  const retired = query.data?.items.filter((secret) => secret.state === 'retired') ?? []
  const close = () => setOpen(null)
  return (
    <Section
      title={say.secrets}
      lead={say.secretsHelp}
      action={
        format && (
          <div className="section-actions">
            {format.public_keys.length > 0 && <Button onClick={() => setOpen('register')}>{say.register}</Button>}
            {modesOf(format).length > 0 && (
              <Button look="primary" onClick={() => setOpen('create')}>
                {say.create}
              </Button>
            )}
          </div>
        )
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
          <Secret key={secret.id} widget={widget} secret={secret} only={active.length === 1} />
        ))}
      </ul>
      {retired.length > 0 && (
        <details className="retired">
          <summary>{say.retiredList(retired.length)}</summary>
          <ul className="secrets">
            {retired.map((secret) => (
              <Secret key={secret.id} widget={widget} secret={secret} only={false} />
            ))}
          </ul>
        </details>
      )}
      {open === 'create' && format && <CreateSecret widget={widget} format={format} onClose={close} />}
      {open === 'register' && <RegisterKey widget={widget} onClose={close} />}
    </Section>
  )
}

function Secret({ widget, secret, only }: { widget: Widget; secret: IdentitySecret; only: boolean }) {
  const [asking, setAsking] = useState(false)
  const isPublic = secret.kind === 'public'
  const Icon = isPublic ? FileKey : KeyRound
  const ofOther = secret.profile !== widget.profile
  return (
    <li className="secret-row" data-state={secret.state}>
      <Icon size={18} aria-hidden="true" />
      <div className="secret-text">
        <p>
          <code className="secret-kid">{secret.kid}</code> <StateChip secret={secret} />
        </p>
        <p className="muted">
          {say.kinds[secret.kind]}, {say.kindModes[isPublic ? 'public' : secret.mode]} ({secret.algorithm ?? say.seals})
          {!isPublic && `, ${say.hint(secret.hint)}`}
          {ofOther && `. ${say.ofOther(secret.profile)}`}
        </p>
        {secret.state === 'next' && !ofOther && <p className="secret-next">{say.nextHelp}</p>}
      </div>
      {secret.state !== 'retired' && <Share secret={secret} />}
      <dl className="secret-times">
        <div>
          <dt>{say.created}</dt>
          <dd>
            <Time at={secret.created_at} as="brief" />
          </dd>
        </div>
        <div>
          <dt>{secret.retired_at ? say.retired : say.lastUsed}</dt>
          <dd>
            <Time at={secret.retired_at ?? secret.last_used_at} />
          </dd>
        </div>
      </dl>
      {secret.state !== 'retired' && (
        <Button size="small" look="quiet" className="danger-text" onClick={() => setAsking(true)}>
          {secret.retire_at ? say.reschedule : say.retire}
          <span className="hidden-visually"> {secret.kid}</span>
        </Button>
      )}
      {asking && <Retire widget={widget.id} secret={secret} only={only} onClose={() => setAsking(false)} />}
    </li>
  )
}

function StateChip({ secret }: { secret: IdentitySecret }) {
  return (
    <span className={`state state-${secret.state}`}>
      {say.states[secret.state]}
      {secret.state === 'retiring' && (
        <>
          {' '}
          <Time at={secret.retire_at} as="full" />
        </>
      )}
    </span>
  )
}

/** How much still depends on the key: what a rotation waits for. */
function Share({ secret }: { secret: IdentitySecret }) {
  return (
    <p className="secret-share" title={say.shareHelp}>
      <strong>{percent(secret.share)}</strong> <span className="muted">{say.share}</span>
      <span className="share-bar" aria-hidden="true">
        <i className="swatch-valid" style={{ inlineSize: `${secret.share * 100}%` }} />
      </span>
    </p>
  )
}
