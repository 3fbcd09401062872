// The head and tabs over a widget's two pages.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { queries } from '../../api/queries.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { useMay } from '../../ui/me.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { ModeBadge } from './mode-badge.tsx'
import './widgets.css'

const route = getRouteApi('/shell/widgets/$widget')
const say = words.widgets

export function WidgetFrame() {
  const { widget: id } = route.useParams()
  const query = useQuery(queries.widget(id))
  const widget = query.data
  const mayManage = useMay('widgets.manage')
  usePageTitle(widget?.name ?? say.title)
  return (
    <div className="page">
      <div className="page-inner">
        <Link to="/widgets" className="crumb">
          <ArrowLeft size={15} aria-hidden="true" /> {say.title}
        </Link>
        {query.isPending && <Skeleton kind="card" rows={3} />}
        {query.isError && !widget && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
        {widget && (
          <>
            <header className="widget-head">
              <h1 className="page-title">{widget.name}</h1>
              <ModeBadge mode={widget.mode} />
              <span className="widget-key">
                <code className="truncate">{widget.public_key}</code>
                <CopyButton text={widget.public_key} iconOnly />
              </span>
            </header>
            <nav className="tabs" aria-label={widget.name}>
              <Link to="/widgets/$widget" params={{ widget: id }} className="tab" activeOptions={{ exact: true }}>
                {say.tabs.settings}
              </Link>
              <Link to="/widgets/$widget/identity" params={{ widget: id }} className="tab">
                {say.tabs.identity}
              </Link>
            </nav>
            {!mayManage && <p className="note">{words.readOnly}</p>}
            <Outlet />
          </>
        )}
      </div>
    </div>
  )
}
