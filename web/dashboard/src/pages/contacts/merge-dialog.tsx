// Merging a contact into another: find the other one, see what follows, say why.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { type FormEvent, useDeferredValue, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Contact, MergePreview } from '../../contract.ts'
import { TrustBadge } from '../../trust/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { useTouched } from './merges.tsx'
import { contactName } from './names.ts'

const say = words.merge

type Props = { contact: Contact; open: boolean; onOpen: (open: boolean) => void }

export function MergeDialog({ contact, open, onOpen }: Props) {
  const [other, setOther] = useState<Contact | null>(null)
  const close = (next: boolean) => {
    if (!next) setOther(null)
    onOpen(next)
  }
  const title = other ? say.askTitle(contactName(other)) : say.findTitle
  return (
    <Dialog open={open} onOpen={close} title={title} lead={other ? undefined : say.findLead}>
      {other ? (
        <Decide contact={contact} other={other} back={() => setOther(null)} done={() => close(false)} />
      ) : (
        <Find contact={contact} choose={setOther} />
      )}
    </Dialog>
  )
}

function Find({ contact, choose }: { contact: Contact; choose: (other: Contact) => void }) {
  const [text, setText] = useState('')
  const asked = useDeferredValue(text.trim())
  const query = useInfiniteQuery({ ...queries.contacts(asked), enabled: asked !== '', placeholderData: keepPreviousData })
  const all = asked === '' ? [] : (query.data?.pages.flatMap((page) => page.items) ?? [])
  const found = all.filter((one) => one.id !== contact.id).slice(0, 8)
  return (
    <>
      <TextField
        label={say.find}
        autoFocus
        type="search"
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="hidden-visually" role="status">
        {asked !== '' && query.data ? (found.length === 0 ? say.nobody : say.found(found.length)) : ''}
      </p>
      {query.isError && <ErrorNote error={query.error} />}
      {asked !== '' && query.data && found.length === 0 && <p className="muted">{say.nobody}</p>}
      <ul className="merge-found">
        {found.map((one) => (
          <li key={one.id}>
            <span className="merge-who">
              <strong className="truncate">{contactName(one)}</strong>
              <span className="muted truncate">{one.merged_into ? say.isMerged : (one.fields.email?.value ?? one.id)}</span>
            </span>
            <Button size="small" disabled={one.merged_into !== null} aria-label={say.choose(contactName(one))} onClick={() => choose(one)}>
              {say.chooseShort}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}

function Decide({ contact, other, back, done }: { contact: Contact; other: Contact; back: () => void; done: () => void }) {
  const touched = useTouched()
  const [missing, setMissing] = useState(false)
  const preview = useQuery(queries.mergePreview(contact.id, other.id))
  const merge = useMutation({
    mutationFn: (reason: string) => api.merge(contact.id, other.id, reason),
    onSuccess: () => {
      touched()
      done()
      tell(say.done)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim()
    setMissing(reason === '')
    if (reason) merge.mutate(reason)
  }
  return (
    <form onSubmit={submit} noValidate>
      {preview.isPending && <Skeleton rows={4} />}
      {preview.isError && <ErrorNote error={preview.error} />}
      {preview.data && <Follows preview={preview.data} contact={contact} other={other} />}
      <TextField label={say.reason} hint={say.reasonHelp} name="reason" maxLength={500} autoComplete="off" autoFocus error={missing ? say.reasonMissing : null} />
      {merge.error && <ErrorNote error={merge.error} />}
      <footer className="dialog-foot">
        <Button look="quiet" onClick={back}>
          {say.another}
        </Button>
        <Button type="submit" look="danger" busy={merge.isPending} disabled={!preview.data}>
          {say.confirm}
        </Button>
      </footer>
    </form>
  )
}

function Follows({ preview, contact, other }: { preview: MergePreview; contact: Contact; other: Contact }) {
  return (
    <div role="status">
      <p className="merge-pair">
        <TrustBadge trust={preview.merged.trust} name={contactName(other)} /> → <TrustBadge trust={preview.survivor.trust} name={contactName(contact)} />
      </p>
      {preview.warnings.length > 0 && (
        <section className="note note-danger merge-warnings" aria-label={say.warningTitle}>
          <TriangleAlert size={16} aria-hidden="true" />
          <ul>
            {preview.warnings.map((warning) => (
              <li key={warning}>{say.warnings[warning]}</li>
            ))}
          </ul>
        </section>
      )}
      <ul className="merge-follows">
        <li>{say.into(contactName(contact), contactName(other))}</li>
        <li>{say.demanded(preview.demanded)}</li>
        <li>{say.sessions(preview.sessions)}</li>
        <li>{say.preferences}</li>
        <li>{say.nothingMoves}</li>
      </ul>
    </div>
  )
}
