// Whether the one package that signs with something else than an HMAC is heard; beside the mode, which it weakens.
import type { Widget } from '../../contract.ts'
import { Switch } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.python

export function PythonSection({ widget }: { widget: Widget }) {
  const save = useSave(widget.id)
  const may = useMay('protection.lower') || widget.allow_python_hash
  if (widget.profile !== 'notificationapi') return null
  return (
    <Section title={say.title}>
      <Switch label={say.allow} hint={may ? say.help : `${say.help} ${say.notMay}`} checked={widget.allow_python_hash} busy={save.isPending || !may} onChange={(allow_python_hash) => save.mutate({ allow_python_hash })} />
      {save.error && <ErrorNote error={save.error} />}
    </Section>
  )
}
