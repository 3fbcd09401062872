// All widgets of the organization.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight, Code } from 'lucide-react'
import { queries } from '../../api/queries.ts'
import type { Widget } from '../../contract.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { ModeBadge } from './mode-badge.tsx'
import './widgets.css'

const say = words.widgets

export function WidgetsPage() {
  usePageTitle(say.title)
  const query = useQuery(queries.widgets())
  const widgets = query.data?.items ?? []
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{say.title}</h1>
            <p>{say.lead}</p>
          </div>
        </header>
        {query.isPending && <Skeleton kind="card" rows={2} />}
        {query.isError && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
        {query.data && widgets.length === 0 && (
          <Empty icon={<Code size={20} />} title={say.emptyTitle}>
            {say.empty}
          </Empty>
        )}
        <ul className="widget-list">
          {widgets.map((widget) => (
            <Row key={widget.id} widget={widget} />
          ))}
        </ul>
      </div>
    </div>
  )
}

function Row({ widget }: { widget: Widget }) {
  const format = useQuery(queries.formats()).data?.profiles.find(({ name }) => name === widget.profile)
  return (
    <li>
      <Link to="/widgets/$widget" params={{ widget: widget.id }} className="card widget-row">
        <span className="widget-swatch" style={{ background: widget.appearance.accent }} aria-hidden="true" />
        <span className="widget-row-text">
          <strong>{widget.name}</strong>
          <code className="truncate">{widget.public_key}</code>
        </span>
        <span className="widget-row-facts">
          <ModeBadge mode={widget.mode} />
          <span className="chip">{format?.title ?? widget.profile}</span>
          {widget.origins.length === 0 && <span className="chip chip-warn">{say.noOrigins}</span>}
        </span>
        <ChevronRight size={16} aria-hidden="true" />
      </Link>
    </li>
  )
}
