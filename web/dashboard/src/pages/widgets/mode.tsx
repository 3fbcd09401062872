// Off, observe or enforce. To lower the protection, its name must be typed.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Mode, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { words } from '../../words.ts'
import { ModeBadge } from './mode-badge.tsx'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.identity
const STRENGTH: Mode[] = ['off', 'observe', 'enforce']
const SHOWN: Mode[] = ['enforce', 'observe', 'off']

export function isLower(to: Mode, from: Mode): boolean {
  return STRENGTH.indexOf(to) < STRENGTH.indexOf(from)
}

export function ModeSection({ widget }: { widget: Widget }) {
  const [to, setTo] = useState<Mode | null>(null)
  const mayLower = useMay('protection.lower')
  return (
    <Section title={say.mode} lead={say.modeHelp}>
      <ul className="modes">
        {SHOWN.map((mode) => (
          <Choice key={mode} mode={mode} current={widget.mode === mode} may={mayLower || !isLower(mode, widget.mode)} onChoose={() => setTo(mode)} />
        ))}
      </ul>
      {to && <ChangeMode key={to} widget={widget} to={to} onClose={() => setTo(null)} />}
    </Section>
  )
}

type ChoiceProps = { mode: Mode; current: boolean; may: boolean; onChoose: () => void }

function Choice({ mode, current, may, onChoose }: ChoiceProps) {
  const { summary, consequences, label } = say.modes[mode]
  return (
    <li className="mode-choice" data-current={current}>
      <div className="mode-choice-head">
        <ModeBadge mode={mode} />
        {current ? (
          <span className="chip">{say.current}</span>
        ) : may ? (
          <Button size="small" onClick={onChoose}>
            {say.raise(label)}
          </Button>
        ) : (
          <span className="muted">{say.lowerNotMay}</span>
        )}
      </div>
      <p>
        <strong>{summary}</strong>
      </p>
      <ul className="consequences">
        {consequences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </li>
  )
}

export function ChangeMode({ widget, to, onClose }: { widget: Widget; to: Mode; onClose: () => void }) {
  const { label, consequences } = say.modes[to]
  const save = useSave(widget.id, say.changed(label))
  const lower = isLower(to, widget.mode)
  const [typed, setTyped] = useState('')
  return (
    <Confirm
      open
      onOpen={onClose}
      danger={lower}
      title={lower ? say.lowerTitle(label) : say.raiseTitle(label)}
      text={lower ? say.lowerText : say.raiseText}
      confirm={lower ? say.lowerConfirm : say.raise(label)}
      ready={!lower || typed.trim().toLowerCase() === to}
      busy={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate({ mode: to }, { onSuccess: onClose })}
    >
      <ul className="consequences">
        {consequences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {lower ? (
        <TextField label={say.lowerType(to)} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
      ) : (
        <Link to="/refusals">{say.raiseRefusals}</Link>
      )}
    </Confirm>
  )
}
