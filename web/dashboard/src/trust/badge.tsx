// The trust badge: what is proven, what was only said, what a member set; and a popover that says why.
import { Popover } from 'radix-ui'
import type { ReactNode } from 'react'
import type { Field, Provenance, Trust } from '../contract.ts'
import { SealIcon } from '../ui/icons.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../words.ts'
import './trust.css'

export const CONTRADICTS = 'contradicts_proven_id'

type Tone = Trust | Provenance | 'flag'
type SealKind = Parameters<typeof SealIcon>[0]['kind']

/** The trust of a session or a message, as a badge that explains itself. */
export function TrustBadge({ trust, at, name, quiet = false }: { trust: Trust; at?: string | null; name?: string; quiet?: boolean }) {
  const say = words.trust.levels[trust]
  return (
    <Explained
      tone={trust}
      quiet={quiet}
      label={name ?? null}
      title={at ? words.trust.messageTitle : say.short}
      at={at ?? null}
      body={
        <>
          {at && <p className="explain-lead">{say.short}</p>}
          <p>{at ? say.then : say.sentences}</p>
          <p className="explain-advice">{say.advice}</p>
        </>
      }
    >
      <SealIcon kind={trust} size={14} />
      {quiet ? <span>{say.label}</span> : <TrustText trust={trust} />}
    </Explained>
  )
}

/** The same without a popover, where a badge sits inside another control. */
export function TrustMark({ trust }: { trust: Trust }) {
  return (
    <span className={`trust trust-${trust}`}>
      <SealIcon kind={trust} size={14} />
      <TrustText trust={trust} />
    </span>
  )
}

function TrustText({ trust }: { trust: Trust }) {
  const { label, how } = words.trust.levels[trust]
  return (
    <span>
      {label}
      <span className="trust-how"> {how}</span>
    </span>
  )
}

/** Where one value of a contact comes from. `trust` says how it was proven, if it was. */
export function ProvenanceBadge({ field, trust, name }: { field: Field; trust: Trust; name: string }) {
  const { label, sentences } = words.trust.fields[field.provenance]
  const kind = provenanceSeal(field.provenance, trust)
  const how = kind === 'jwt' || kind === 'hmac' ? words.trust.how[kind] : null
  return (
    <Explained
      tone={kind}
      quiet={field.provenance !== 'said'}
      label={name}
      title={how ? `${label} ${how}` : label}
      at={field.at}
      body={<p>{sentences}</p>}
    >
      <SealIcon kind={kind} size={14} />
      <span>{label}</span>
    </Explained>
  )
}

function provenanceSeal(provenance: Provenance, trust: Trust): Exclude<SealKind, 'flag'> {
  switch (provenance) {
    case 'proven':
      return trust === 'hmac' ? 'hmac' : 'jwt'
    case 'said':
      return 'claimed'
    case 'set':
      return 'set'
    case 'inferred':
      return 'inferred'
  }
}

/** The mark of a contact that borrows a proven id. Cannot be taken for anything else. */
export function FlagBadge({ flag }: { flag: string }) {
  const known = flag === CONTRADICTS
  const label = known ? words.trust.flag.label : words.trust.other(flag)
  return (
    <Explained tone="flag" label={null} title={label} at={null} body={known ? <FlagBody /> : null}>
      <SealIcon kind="flag" size={14} />
      <span>{label}</span>
    </Explained>
  )
}

function FlagBody() {
  return (
    <>
      <p>{words.trust.flag.sentences}</p>
      <p className="explain-advice">{words.trust.flag.advice}</p>
    </>
  )
}

type ExplainedProps = { tone: Tone; quiet?: boolean; label: string | null; title: string; at: string | null; body: ReactNode; children: ReactNode }

function Explained({ tone, quiet = false, label, title, at, body, children }: ExplainedProps) {
  return (
    <Popover.Root>
      <Popover.Trigger className={`trust trust-${tone} ${quiet ? 'trust-quiet' : ''}`} data-trust={tone}>
        {children}
        <span className="hidden-visually"> {words.trust.explain(label)}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover explain" sideOffset={6} collisionPadding={12} aria-label={title}>
          <h3 className={`explain-title trust-ink-${tone}`}>{title}</h3>
          {body}
          {at && (
            <p className="explain-at">
              {words.trust.provenAt} <Time at={at} as="full" />
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
