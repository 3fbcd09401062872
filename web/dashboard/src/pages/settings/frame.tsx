// The tabs over the organization's settings.
import { Link, Outlet } from '@tanstack/react-router'
import { useMay } from '../../ui/me.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { words } from '../../words.ts'
import './settings.css'

const say = words.settings

export function SettingsFrame() {
  usePageTitle(say.title)
  const mayKeys = useMay('api_keys.manage')
  const mayAudit = useMay('audit.read')
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
          {mayKeys && (
            <Link to="/settings/keys" className="tab">
              {say.tabs.keys}
            </Link>
          )}
          {mayAudit && (
            <Link to="/settings/audit" className="tab">
              {say.tabs.audit}
            </Link>
          )}
        </nav>
        <Outlet />
      </div>
    </div>
  )
}
