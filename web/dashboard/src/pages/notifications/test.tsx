// A test of a type: sent for real to one contact, with what became of it at once.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/routes.ts'
import type { NotificationType } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { Section } from '../widgets/settings.tsx'
import { Deliveries } from './sent.tsx'

const say = words.notifications

export function TestSection({ type }: { type: NotificationType }) {
  const cache = useQueryClient()
  const [wrong, setWrong] = useState<{ to?: string; parameters?: string }>({})
  const send = useMutation({
    mutationFn: api.send,
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['sent'] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const contact = String(form.get('to') ?? '').trim()
    const parameters = objectIn(String(form.get('parameters') ?? ''))
    const found = { ...(!contact.startsWith('con_') && { to: say.testToBad }), ...(!parameters && { parameters: say.testBad }) }
    setWrong(found)
    if (parameters && !found.to) send.mutate({ type: type.name, to: { contact }, parameters })
  }
  return (
    <Section title={say.test} lead={say.testLead}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextField label={say.testTo} name="to" hint={say.testToHelp} className="mono" autoComplete="off" spellCheck={false} placeholder="con_…" error={wrong.to ?? null} />
        <TextArea label={say.testParameters} name="parameters" rows={3} className="mono" spellCheck={false} defaultValue="{}" error={wrong.parameters ?? null} />
        <footer className="section-foot">
          <Button type="submit" busy={send.isPending}>
            {say.testSend}
          </Button>
        </footer>
      </form>
      <div aria-live="polite">
        {send.error && <ErrorNote error={send.error} />}
        {send.data && (
          <div className="tested">
            <strong>{say.states[send.data.state]}</strong>
            <Deliveries sent={send.data} />
            {send.data.notes?.map((note) => (
              <p key={note} className="muted">
                {note}
              </p>
            ))}
          </div>
        )}
      </div>
    </Section>
  )
}

export function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
