// Who did what, and when.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { queries } from '../../api/queries.ts'
import type { AuditEvent, Member } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'

const say = words.settings.audit

export function AuditPage() {
  usePageTitle(words.settings.tabs.audit)
  const query = useInfiniteQuery(queries.auditEvents())
  const members = useQuery(queries.members()).data?.items ?? []
  const events = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <p className="tab-lead">{say.lead}</p>
      {query.isPending && <Skeleton kind="row" rows={5} />}
      {query.isError && events.length === 0 && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
      {query.data && events.length === 0 && (
        <Empty icon={<ScrollText size={20} />} title={say.emptyTitle}>
          {say.empty}
        </Empty>
      )}
      {events.length > 0 && <AuditTable events={events} members={members} />}
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

function AuditTable({ events, members }: { events: AuditEvent[]; members: Member[] }) {
  return (
    <div className="card table-wrap" tabIndex={0} role="region" aria-label={words.settings.tabs.audit}>
      <table className="table audit">
        <thead>
          <tr>
            <th scope="col">{say.at}</th>
            <th scope="col">{say.actor}</th>
            <th scope="col">{say.action}</th>
            <th scope="col">{say.target}</th>
            <th scope="col">{say.detail}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <td className="audit-at">
                <Time at={event.at} as="full" />
              </td>
              <td>{actorName(event.actor, members)}</td>
              <td className="mono">{event.action}</td>
              <td className="mono audit-target">{shortId(event.target)}</td>
              <td className="mono audit-detail">{detailText(event.detail)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function actorName(actor: AuditEvent['actor'], members: Member[]): string {
  if (actor.id === null) return say.nameless[actor.kind] ?? actor.kind
  return members.find((member) => member.id === actor.id)?.name ?? `${actor.kind} ${shortId(actor.id)}`
}

function shortId(id: string | null): string {
  if (id === null) return '—'
  return id.length > 16 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id
}

/** The detail as one line: `name: value` pairs without JSON's quotes. */
export function detailText(detail: unknown): string {
  if (detail === null || detail === undefined) return '—'
  if (typeof detail !== 'object') return String(detail)
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' → ') : typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ')
}
