// A test of a type: sent for real to one contact, with its entry in the delivery log.
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Contact, NotificationType, Sent } from '../../contract.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { contactName } from '../contacts/names.ts'
import { ContactSearch } from '../contacts/search.tsx'
import { Section } from '../widgets/settings.tsx'
import { SentRows } from './sent.tsx'

const say = words.writing

type TestProps = {
  type: NotificationType
  /** `null`: what stands in the field is none. */
  parameters: Record<string, unknown> | null
  /** The form says something else than the type. */
  unsaved: boolean
}

export function TestSection({ type, parameters, unsaved }: TestProps) {
  const cache = useQueryClient()
  const [to, setTo] = useState<Contact | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [sent, setSent] = useState<Sent[]>([])
  const send = useMutation({
    mutationFn: api.send,
    onSuccess: (one) => {
      setSent((before) => [one, ...before])
      void cache.invalidateQueries({ queryKey: ['sent'] })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setError(to ? (parameters ? null : say.exampleBad) : say.testToMissing)
    if (to && parameters) send.mutate({ type: type.name, to: { contact: to.id }, parameters })
  }
  const latest = useQueries({ queries: sent.map((one) => ({ ...queries.sending(one.id), initialData: one })) }).map(({ data }) => data)
  const notes = [...new Set(sent[0]?.notes ?? [])]
  return (
    <Section title={words.notifications.test} lead={say.testLead}>
      <form className="test" onSubmit={submit} noValidate>
        <Recipient to={to} onTo={setTo} error={error} />
        <Button type="submit" busy={send.isPending}>
          {say.testSend}
        </Button>
      </form>
      {unsaved && <p className="note">{say.unsaved}</p>}
      <div className="stack" aria-live="polite">
        {send.error && <ErrorNote error={send.error} />}
        {sent.length > 0 && (
          <>
            <div className="tested-head">
              <h3>{say.testSent}</h3>
              <Link to="/notifications">{say.testAll}</Link>
            </div>
            <SentRows sent={latest} />
            {notes.map((note) => (
              <p key={note} className="note">
                {note.charAt(0).toUpperCase() + note.slice(1)}.
              </p>
            ))}
          </>
        )}
      </div>
    </Section>
  )
}

type RecipientProps = { to: Contact | null; onTo: (to: Contact | null) => void; error: string | null }

function Recipient({ to, onTo, error }: RecipientProps) {
  const id = useId()
  return (
    <div className="field" role="group" aria-labelledby={`${id}-label`}>
      <span className="field-label" id={`${id}-label`}>
        {say.testTo}
      </span>
      {to ? (
        <p className="chosen">
          <Avatar name={contactName(to)} seed={to.id} size={24} />
          <Link to="/contacts/$contact" params={{ contact: to.id }} className="truncate">
            {contactName(to)}
          </Link>
          <IconButton label={say.testOther} onClick={() => onTo(null)}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        </p>
      ) : (
        <ContactSearch onChoose={onTo} describedBy={error ? `${id}-error` : undefined} />
      )}
      <p className="field-error" id={`${id}-error`} aria-live="polite">
        {to ? null : error}
      </p>
    </div>
  )
}
