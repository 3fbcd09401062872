// How the widget looks, with a preview that follows every key.
import { SendHorizontal } from 'lucide-react'
import { type CSSProperties, type FormEvent, useState } from 'react'
import type { Appearance, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { inkOn, rgbOf } from './contrast.ts'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.widgets
const DEFAULT_ACCENT = '#3b5bdb'


export function AppearanceSection({ widget }: { widget: Widget }) {
  const save = useSave(widget.id)
  const kept = widget.appearance
  const [draft, setDraft] = useState(kept)
  const rgb = rgbOf(draft.accent)
  const changed = JSON.stringify(draft) !== JSON.stringify(kept)
  const set = (change: Partial<Appearance>) => setDraft((old) => ({ ...old, ...change }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!rgb || lacks(draft.title) || lacks(draft.greeting)) return
    save.mutate({ appearance: { accent: draft.accent.toLowerCase(), title: draft.title.trim(), greeting: draft.greeting.trim() } })
  }
  return (
    <Section title={say.appearance}>
      <div className="appearance">
        <form className="stack" onSubmit={submit} noValidate>
          <AccentField value={draft.accent} onChange={(accent) => set({ accent })} />
          <TextField label={say.heading} value={draft.title} maxLength={60} error={lacks(draft.title)} onChange={(event) => set({ title: event.target.value })} />
          <TextArea label={say.greeting} value={draft.greeting} maxLength={300} rows={3} error={lacks(draft.greeting)} onChange={(event) => set({ greeting: oneLine(event.target.value) })} />
          {save.error && <ErrorNote error={save.error} />}
          <footer className="section-foot">
            {changed && (
              <Button look="quiet" onClick={() => setDraft(kept)}>
                {words.common.undo}
              </Button>
            )}
            <Button type="submit" look="primary" disabled={!changed || !rgb} busy={save.isPending}>
              {words.common.save}
            </Button>
          </footer>
        </form>
        <Preview draft={draft} name={widget.name} />
      </div>
    </Section>
  )
}

function AccentField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const rgb = rgbOf(value)
  const ratio = rgb ? inkOn(rgb).ratio : 0
  const figure = ratio.toFixed(1)
  const hint = rgb && (ratio >= 4.5 ? say.accentContrast(figure) : say.accentContrastLow(figure))
  return (
    <div className="accent">
      <input type="color" aria-label={say.accent} value={rgb ? value : DEFAULT_ACCENT} onChange={(event) => onChange(event.target.value)} />
      <TextField label={say.accent} value={value} maxLength={7} spellCheck={false} className="mono" hint={hint} error={rgb ? null : say.accentBad} onChange={(event) => onChange(event.target.value)} />
    </div>
  )
}

function Preview({ draft, name }: { draft: Appearance; name: string }) {
  const accent = rgbOf(draft.accent) ? draft.accent : DEFAULT_ACCENT
  const ink = inkOn(rgbOf(accent) ?? [59, 91, 219]).ink
  const style = { '--widget-accent': accent, '--widget-ink': ink } as CSSProperties
  return (
    <figure className="preview" style={style}>
      <figcaption className="field-hint">{say.preview}</figcaption>
      <div className="preview-widget" aria-hidden="true">
        <div className="preview-head">{draft.title || name}</div>
        <div className="preview-body">
          {draft.greeting && <p className="preview-greeting">{draft.greeting}</p>}
          <p className="preview-bubble preview-visitor">{say.previewVisitor}</p>
          <p className="preview-bubble">{say.previewReply}</p>
        </div>
        <div className="preview-foot">
          <span>{say.previewPlaceholder}</span>
          <span className="preview-send">
            <SendHorizontal size={14} />
          </span>
        </div>
      </div>
    </figure>
  )
}

function lacks(text: string): string | null {
  return text.trim() === '' ? say.textMissing : null
}

/** The greeting is one paragraph: the server takes no line breaks. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/gu, ' ')
}
