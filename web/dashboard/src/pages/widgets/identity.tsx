// How strictly a widget checks who someone is, in which format, with which keys.
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '../../ui/me.ts'
import { Locked } from './locked.tsx'
import { useWidget } from './save.ts'
import { CoverageSection } from './coverage.tsx'
import { ExplainSection } from './explain.tsx'
import { ModeSection } from './mode.tsx'
import { ProfileSection } from './profile.tsx'
import { SecretsSection } from './secrets.tsx'
import './identity.css'

const route = getRouteApi('/shell/widgets/$widget')

export function IdentityPage() {
  const { widget: id } = route.useParams()
  const widget = useWidget(id)
  const mayManage = useMay('widgets.manage')
  if (!widget) return null
  return (
    <>
      <CoverageSection widget={widget} />
      <Locked>
        <ModeSection widget={widget} />
      </Locked>
      <ProfileSection widget={widget} />
      {mayManage && <SecretsSection widget={widget} />}
      <ExplainSection widget={widget} tokenField="token" />
    </>
  )
}
