// Whom the tokens are for: the widget here, or the install at the vendor whose format they have.
import { type FormEvent, useState } from 'react'
import { told } from '../../api/problem.ts'
import type { Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { words } from '../../words.ts'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.audience

export function AudienceSection({ widget, called, vendor }: { widget: Widget; called: string; vendor: string }) {
  const [id, setId] = useState(widget.audience ?? '')
  const save = useSave(widget.id, say.saved)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate({ audience: id.trim() || null })
  }
  return (
    <Section title={say.title} lead={say.lead(vendor, called)}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextField label={say.label(vendor, called)} hint={say.hint} className="mono" autoComplete="off" spellCheck={false} value={id} error={save.error ? told(save.error).text : null} onChange={(event) => setId(event.target.value)} />
        <footer className="section-foot">
          <Button type="submit" look="primary" busy={save.isPending} disabled={id.trim() === (widget.audience ?? '')}>
            {words.common.save}
          </Button>
        </footer>
      </form>
    </Section>
  )
}
