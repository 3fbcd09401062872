// How strict a widget is, at a glance: shape and word, not colour alone.
import { Eye, ShieldCheck, ShieldOff } from 'lucide-react'
import type { Mode } from '../../contract.ts'
import { words } from '../../words.ts'

const icons = { enforce: ShieldCheck, observe: Eye, off: ShieldOff }

export function ModeBadge({ mode }: { mode: Mode }) {
  const Icon = icons[mode]
  return (
    <span className={`mode mode-${mode}`}>
      <Icon size={14} aria-hidden="true" /> {words.identity.modes[mode].label}
    </span>
  )
}
