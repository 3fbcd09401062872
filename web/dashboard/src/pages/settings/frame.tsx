// The tabs over the organization's settings.
import { Link, Outlet } from '@tanstack/react-router'
import { usePageTitle } from '../../ui/page-title.ts'
import { words } from '../../words.ts'
import './settings.css'

const say = words.settings

export function SettingsFrame() {
  usePageTitle(say.title)
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1>{say.title}</h1>
        </header>
        <nav className="tabs" aria-label={say.title}>
          <Link to="/settings/members" className="tab">
            {say.tabs.members}
          </Link>
          <Link to="/settings/keys" className="tab">
            {say.tabs.keys}
          </Link>
          <Link to="/settings/audit" className="tab">
            {say.tabs.audit}
          </Link>
        </nav>
        <Outlet />
      </div>
    </div>
  )
}
