// How strictly a widget checks who someone is, in which format, with which keys; and how well that goes.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import { useMay } from '../../ui/me.ts'
import { AudienceSection } from './audience.tsx'
import { CoverageSection } from './coverage.tsx'
import { ExplainSection } from './explain.tsx'
import { JwksSection } from './jwks.tsx'
import { Locked } from './locked.tsx'
import { ModeSection } from './mode.tsx'
import { ProfileSection } from './profile.tsx'
import { ReplaysSection } from './replays.tsx'
import { useWidget } from './save.ts'
import { PythonSection } from './python.tsx'
import { SecretsSection } from './secrets.tsx'
import { TokensSection } from './tokens.tsx'
import './identity.css'

const route = getRouteApi('/shell/widgets/$widget')

export function IdentityPage() {
  const { widget: id } = route.useParams()
  const widget = useWidget(id)
  const mayManage = useMay('widgets.manage')
  const format = useQuery(queries.formats()).data?.profiles.find(({ name }) => name === widget?.profile)
  if (!widget) return null
  return (
    <>
      <CoverageSection widget={widget} />
      <Locked>
        <ModeSection widget={widget} />
        <PythonSection widget={widget} />
      </Locked>
      {mayManage && <SecretsSection widget={widget} format={format} />}
      {mayManage && format && format.public_keys.length > 0 && <JwksSection widget={id} />}
      <ProfileSection key={widget.profile} widget={widget} />
      {format?.audience && (
        <Locked>
          <AudienceSection key={widget.audience} widget={widget} called={format.audience} vendor={format.vendor} />
        </Locked>
      )}
      <Locked>
        <TokensSection widget={widget} format={format} />
      </Locked>
      {mayManage && <ReplaysSection widget={widget} />}
      {mayManage && <ExplainSection widget={widget} format={format} />}
    </>
  )
}
