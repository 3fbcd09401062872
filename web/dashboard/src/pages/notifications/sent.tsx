// The delivery log: what was sent to whom, and what became of it on each channel.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { BellRing, Check, Clock, type LucideIcon, Minus, X } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Delivered, Outcome, Sent } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { type Column, PagedTable, Rows } from '../../ui/paged-table.tsx'
import { Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import './notifications.css'

const say = words.notifications

export function SentPage() {
  const empty = (
    <Empty icon={<BellRing size={20} />} title={say.noneTitle}>
      {say.none}
    </Empty>
  )
  return <PagedTable query={useInfiniteQuery(queries.sent(null))} columns={COLUMNS} label={say.tabs.sent} failed={say.sentError} empty={empty} className="sent" />
}

/** What was sent to one contact. */
export function SentTo({ contact }: { contact: string }) {
  const query = useInfiniteQuery(queries.sent(contact))
  const columns = COLUMNS.filter((column) => column !== TO)
  return <PagedTable query={query} columns={columns} label={say.tabs.sent} failed={say.sentError} empty={<p className="muted">{say.noneTo}</p>} className="sent" />
}

/** Sendings that are at hand already. */
export function SentRows({ sent }: { sent: Sent[] }) {
  return <Rows items={sent} columns={COLUMNS} label={say.tabs.sent} className="sent" />
}

const TO: Column<Sent> = {
  head: say.to,
  className: 'mono sent-to',
  cell: ({ contact }) => (
    <Link to="/contacts/$contact" params={{ contact }}>
      {`…${contact.slice(-6)}`}
    </Link>
  ),
}

const COLUMNS: Column<Sent>[] = [
  { head: say.when, className: 'sent-when', cell: ({ created_at }) => <Time at={created_at} /> },
  {
    head: say.type,
    className: 'mono',
    cell: ({ type, sub }) => (
      <>
        {type}
        {sub && <span className="muted"> / {sub}</span>}
      </>
    ),
  },
  TO,
  { head: say.became, cell: (sent) => <Became sent={sent} /> },
]

function Became({ sent }: { sent: Sent }) {
  const mayCancel = useMay('notifications.send') && sent.state === 'scheduled'
  const [asking, setAsking] = useState(false)
  return (
    <div className="became">
      {sent.state !== 'sent' && (
        <span className={`state state-${sent.state}`}>
          {say.states[sent.state]}
          {sent.state === 'scheduled' && (
            <>
              {': '}
              <Time at={sent.due_at} as="full" />
            </>
          )}
        </span>
      )}
      <Deliveries sent={sent} />
      {mayCancel && (
        <Button size="small" look="quiet" className="danger-text" onClick={() => setAsking(true)}>
          {say.cancel}
        </Button>
      )}
      {asking && <CancelIt id={sent.id} onClose={() => setAsking(false)} />}
    </div>
  )
}

function Deliveries({ sent }: { sent: Sent }) {
  return (
    <ul className="deliveries">
      {sent.deliveries.map((one) => (
        <Way key={one.channel} delivered={one} />
      ))}
    </ul>
  )
}

const SIGNS: Record<Outcome, LucideIcon> = { queued: Clock, held: Clock, delivered: Check, failed: X, skipped: Minus }

function Way({ delivered: { channel, state, reason, provenance } }: { delivered: Delivered }) {
  const Sign = SIGNS[state]
  const more = [provenance && say.address[provenance], reason].filter(Boolean).join('; ')
  return (
    <li data-state={state}>
      <Sign size={14} aria-hidden="true" />
      <span>
        {say.channels[channel]}
        <span className="hidden-visually"> {say.outcomes[state]}</span>
        {more && <span className="muted">: {more}</span>}
      </span>
    </li>
  )
}

function CancelIt({ id, onClose }: { id: string; onClose: () => void }) {
  const cache = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => api.cancelNotification(id),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['sent'] })
      onClose()
      tell(say.cancelled)
    },
  })
  return <Confirm open onOpen={onClose} title={say.cancelTitle} text={say.cancelText} confirm={say.cancel} busy={cancel.isPending} error={cancel.error} onConfirm={() => cancel.mutate()} />
}
