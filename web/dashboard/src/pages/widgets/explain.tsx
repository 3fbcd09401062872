// A proof pasted, and what the widget makes of it: cause by cause, each with its mend.
import { useMutation } from '@tanstack/react-query'
import { BadgeCheck, CircleX, Wrench } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/routes.ts'
import type { Explanation, Format, Presented, Widget } from '../../contract.ts'
import { ProvenanceBadge, TrustBadge } from '../../trust/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { presentedIn } from './presented.ts'
import { Section } from './settings.tsx'

const say = words.explain

export function ExplainSection({ widget, format }: { widget: Widget; format: Format | undefined }) {
  const tokenField = format?.modes.find(({ mode }) => mode === 'jwt')?.proof_field ?? null
  const [error, setError] = useState<string | null>(null)
  const explain = useMutation({ mutationFn: (presented: Presented) => api.explain(widget.id, presented) })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('proof') ?? '')
    const read = presentedIn(text, tokenField)
    setError(read.error)
    if (read.presented) explain.mutate(read.presented)
    else explain.reset()
  }
  return (
    <Section title={say.title} lead={say.lead}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextArea label={say.label} name="proof" rows={5} className="mono" hint={say.hint} placeholder={say.placeholder} error={error} spellCheck={false} autoComplete="off" />
        <footer className="section-foot">
          <Button type="submit" look="primary" busy={explain.isPending}>
            {say.submit}
          </Button>
        </footer>
      </form>
      <div aria-live="polite">
        {explain.error && <ErrorNote error={explain.error} />}
        {explain.data && <Result explanation={explain.data} />}
      </div>
    </Section>
  )
}

function Result({ explanation }: { explanation: Explanation }) {
  const accepted = explanation.outcome === 'accepted'
  const Icon = accepted ? BadgeCheck : CircleX
  return (
    <div className={`explained explained-${explanation.outcome}`}>
      <header>
        <Icon size={20} aria-hidden="true" />
        <h3>{accepted ? say.accepted : say.refused}</h3>
        {explanation.reason && <code className="muted">{explanation.reason}</code>}
        {explanation.trust && <TrustBadge trust={explanation.trust} />}
      </header>
      <Fields fields={explanation.fields} trust={explanation.trust} />
      <ol className="findings">
        {explanation.findings.map(({ cause, mend }) => (
          <li key={cause}>
            <p>
              <Sentence text={cause} />
            </p>
            <p className="finding-mend">
              <Wrench size={14} aria-hidden="true" />
              <span>
                <strong>{words.refusals.mend}.</strong> <Sentence text={mend} />
              </span>
            </p>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Fields({ fields, trust }: Pick<Explanation, 'fields' | 'trust'>) {
  const names: Partial<Record<string, string>> = words.contacts.fieldNames
  const entries = Object.entries(fields)
  if (entries.length === 0) return null
  return (
    <dl className="explained-fields">
      {entries.map(([name, { value, provenance }]) => (
        <div key={name}>
          <dt>{names[name] ?? name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
          <dd>
            <ProvenanceBadge field={{ value, provenance, at: null }} trust={trust ?? 'claimed'} name={names[name] ?? name} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
