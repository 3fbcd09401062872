// What may be asked of proofs beyond their signature: that a token is used once, and that it is not from before an accident.
import { History } from 'lucide-react'
import { useState } from 'react'
import type { Format, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { Switch } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.tokens

export function TokensSection({ widget, format }: { widget: Widget; format: Format | undefined }) {
  const save = useSave(widget.id)
  const mayLower = useMay('protection.lower') || !widget.single_use_tokens
  const hasTokens = format?.modes.some(({ mode }) => mode === 'jwt')
  return (
    <Section title={say.title}>
      {hasTokens && (
        <Switch label={say.once} hint={mayLower ? say.onceHelp : `${say.onceHelp} ${say.onceNotMay}`} checked={widget.single_use_tokens} busy={save.isPending || !mayLower} onChange={(single_use_tokens) => save.mutate({ single_use_tokens })} />
      )}
      {save.error && <ErrorNote error={save.error} />}
      <Void widget={widget} />
    </Section>
  )
}

function Void({ widget }: { widget: Widget }) {
  const [asking, setAsking] = useState(false)
  const save = useSave(widget.id, say.voided)
  return (
    <div className="switch-row">
      <div>
        <p className="field-label">{say.void}</p>
        <p className="field-hint">{say.voidHelp}</p>
        {widget.proofs_valid_from && (
          <p className="void-since">
            <History size={14} aria-hidden="true" /> {say.voidSince} <Time at={widget.proofs_valid_from} as="full" />
          </p>
        )}
      </div>
      <Button onClick={() => setAsking(true)}>{say.voidNow}</Button>
      <Confirm
        open={asking}
        onOpen={setAsking}
        title={say.voidTitle}
        text={say.voidText}
        confirm={say.voidConfirm}
        busy={save.isPending}
        error={save.error}
        onConfirm={() => save.mutate({ proofs_valid_from: new Date(Date.now() - 1000).toISOString() }, { onSuccess: () => setAsking(false) })}
      />
    </div>
  )
}
