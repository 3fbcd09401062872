// Who did what, and when.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { queries } from '../../api/queries.ts'
import type { AuditEvent, Member } from '../../contract.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { type Column, PagedTable } from '../../ui/paged-table.tsx'
import { Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'

const say = words.settings.audit

export function AuditPage() {
  usePageTitle(words.settings.tabs.audit)
  const query = useInfiniteQuery(queries.auditEvents())
  const members = useQuery(queries.members()).data?.items ?? []
  const empty = (
    <Empty icon={<ScrollText size={20} />} title={say.emptyTitle}>
      {say.empty}
    </Empty>
  )
  return (
    <>
      <p className="tab-lead">{say.lead}</p>
      <PagedTable query={query} columns={columns(members)} label={words.settings.tabs.audit} failed={say.errorTitle} empty={empty} className="audit" />
    </>
  )
}

const columns = (members: Member[]): Column<AuditEvent>[] => [
  { head: say.at, className: 'audit-at', cell: ({ at }) => <Time at={at} as="full" /> },
  { head: say.actor, cell: ({ actor }) => actorName(actor, members) },
  { head: say.action, className: 'mono', cell: ({ action }) => action },
  { head: say.target, className: 'mono audit-target', cell: ({ target }) => shortId(target) },
  { head: say.detail, className: 'mono audit-detail', cell: ({ detail }) => detailText(detail) },
]

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
