// The list of keyboard shortcuts, and the switch that turns single keys off.
import { useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { Switch } from '../ui/field.tsx'
import { setShortcutsOn, shortcutsOn } from '../ui/shortcuts.ts'
import { words } from '../words.ts'

const say = words.shortcuts

const rows: [string[], string][] = [
  [['j'], say.list.next],
  [['k'], say.list.previous],
  [['r'], say.list.reply],
  [['e'], say.list.close],
  [['a'], say.list.assign],
  [['/'], say.list.search],
  [['?'], say.list.help],
  [['Enter'], say.list.send],
  [['Shift', 'Enter'], say.list.newline],
  [['Esc'], say.list.leave],
]

export function ShortcutsDialog({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  const [on, setOn] = useState(shortcutsOn)
  const change = (enabled: boolean) => {
    setShortcutsOn(enabled)
    setOn(enabled)
  }
  return (
    <Dialog open={open} onOpen={onOpen} title={say.title} lead={say.lead}>
      <dl className="shortcuts">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch label={say.enabled} hint={say.enabledHelp} checked={on} onChange={change} />
    </Dialog>
  )
}
