// How strictly a widget checks who someone is, in which format, with which keys.
import { getRouteApi } from '@tanstack/react-router'
import { useWidget } from './save.ts'
import { ModeSection } from './mode.tsx'
import { ProfileSection } from './profile.tsx'
import { SecretsSection } from './secrets.tsx'

const route = getRouteApi('/shell/widgets/$widget')

export function IdentityPage() {
  const { widget: id } = route.useParams()
  const widget = useWidget(id)
  if (!widget) return null
  return (
    <>
      <ModeSection widget={widget} />
      <ProfileSection widget={widget} />
      <SecretsSection widget={widget} />
    </>
  )
}
