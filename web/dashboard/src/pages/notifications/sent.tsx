// The delivery log: what was sent to whom, and what became of it on each channel.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { BellRing, Check, Clock, Minus } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Outcome, Sent } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'

const say = words.notifications

export function SentPage() {
  const query = useInfiniteQuery(queries.sent())
  const sent = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      {query.isPending && <Skeleton kind="row" rows={5} />}
      {query.isError && sent.length === 0 && <Failed title={say.sentError} error={query.error} retry={() => void query.refetch()} />}
      {query.data && sent.length === 0 && (
        <Empty icon={<BellRing size={20} />} title={say.noneTitle}>
          {say.none}
        </Empty>
      )}
      {sent.length > 0 && <Log sent={sent} />}
      {query.hasNextPage && (
        <p className="more">
          <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
            {words.common.loadMore}
          </Button>
        </p>
      )}
    </>
  )
}

function Log({ sent }: { sent: Sent[] }) {
  return (
    <div className="card table-wrap" tabIndex={0} role="region" aria-label={say.tabs.sent}>
      <table className="table sent">
        <thead>
          <tr>
            <th scope="col">{say.when}</th>
            <th scope="col">{say.type}</th>
            <th scope="col">{say.to}</th>
            <th scope="col">{say.became}</th>
          </tr>
        </thead>
        <tbody>
          {sent.map((one) => (
            <tr key={one.id}>
              <td className="sent-when">
                <Time at={one.created_at} />
              </td>
              <td className="mono">
                {one.type}
                {one.sub && <span className="muted"> / {one.sub}</span>}
              </td>
              <td className="mono sent-to">
                <Link to="/contacts/$contact" params={{ contact: one.contact }}>
                  {`…${one.contact.slice(-6)}`}
                </Link>
              </td>
              <td>
                <Became sent={one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

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

export function Deliveries({ sent }: { sent: Sent }) {
  return (
    <ul className="deliveries">
      {sent.deliveries.map(({ channel, state, reason }) => (
        <li key={channel} data-state={state}>
          <Mark state={state} />
          <span>
            {say.channels[channel]}
            <span className="hidden-visually"> {say.outcomes[state]}</span>
            {reason && <span className="muted">: {reason}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Mark({ state }: { state: Outcome }) {
  if (state === 'delivered') return <Check size={14} aria-hidden="true" />
  if (state === 'queued' || state === 'held') return <Clock size={14} aria-hidden="true" />
  return <Minus size={14} aria-hidden="true" />
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
