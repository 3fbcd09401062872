// Settings that a member without the permission may look at: every control within is disabled.
import type { ReactNode } from 'react'
import { useMay } from '../../ui/me.ts'

export function Locked({ children }: { children: ReactNode }) {
  return (
    <fieldset className="plain-fieldset" disabled={!useMay('widgets.manage')}>
      {children}
    </fieldset>
  )
}
