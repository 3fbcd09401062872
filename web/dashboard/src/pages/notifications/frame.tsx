// The tabs over notifications: what was sent, and of which types.
import { Link, Outlet } from '@tanstack/react-router'
import { usePageTitle } from '../../ui/page-title.ts'
import { words } from '../../words.ts'
import './notifications.css'

const say = words.notifications

export function NotificationsFrame() {
  usePageTitle(say.title)
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{say.title}</h1>
            <p>{say.lead}</p>
          </div>
        </header>
        <nav className="tabs" aria-label={say.title}>
          <Link to="/notifications" className="tab" activeOptions={{ exact: true }}>
            {say.tabs.sent}
          </Link>
          <Link to="/notifications/broadcasts" className="tab">
            {words.broadcasts.tab}
          </Link>
          <Link to="/notifications/types" className="tab">
            {say.tabs.types}
          </Link>
        </nav>
        <Outlet />
      </div>
    </div>
  )
}
