// The contacts that are the same person as this one: what was merged into it, merging another, and undoing that.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { GitMerge } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Contact, MergedContact } from '../../contract.ts'
import { TrustBadge } from '../../trust/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { MergeDialog } from './merge-dialog.tsx'

const say = words.merge

/** Everything that a merge or its undoing can change. */
const TOUCHED = ['contact', 'contacts', 'contact-sessions', 'merges', 'conversations', 'conversation']

export function useTouched(): () => void {
  const cache = useQueryClient()
  return () => TOUCHED.forEach((key) => void cache.invalidateQueries({ queryKey: [key] }))
}

export function Merges({ contact }: { contact: Contact }) {
  const [merging, setMerging] = useState(false)
  const mayMerge = useMay('contacts.merge')
  const query = useQuery(queries.merges(contact.id))
  const items = query.data?.items ?? []
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.title}</h3>
        {mayMerge && (
          <Button size="small" look="quiet" onClick={() => setMerging(true)}>
            {say.start}
          </Button>
        )}
      </header>
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && items.length === 0 && <p className="muted">{say.none}</p>}
      <ul className="sessions">
        {items.map((merged) => (
          <Merged key={merged.contact.id} survivor={contact.id} merged={merged} mayUndo={mayMerge} />
        ))}
      </ul>
      {mayMerge && <MergeDialog contact={contact} open={merging} onOpen={setMerging} />}
    </section>
  )
}

function Merged({ survivor, merged, mayUndo }: { survivor: string; merged: MergedContact; mayUndo: boolean }) {
  const name = merged.contact.name || merged.contact.email || words.inbox.anonymous
  return (
    <li className="session">
      <p className="session-top">
        <Link to="/contacts/$contact" params={{ contact: merged.contact.id }} className="truncate">
          {name}
        </Link>
        {mayUndo && <Undo survivor={survivor} merged={merged.contact.id} name={name} />}
      </p>
      <p className="muted truncate">{merged.contact.email ?? merged.contact.id}</p>
      <p>
        <TrustBadge trust={merged.contact.trust} name={name} />
      </p>
      <p className="muted">
        <Time at={merged.at} /> · {merged.by.kind === 'visitor' ? say.byVisitor : `${say.because}: ${merged.reason}`}
      </p>
    </li>
  )
}

/** Beside a merge, and on the page of the contact that was merged. */
export function Undo({ survivor, merged, name }: { survivor: string; merged: string; name: string }) {
  const touched = useTouched()
  const [asking, setAsking] = useState(false)
  const undo = useMutation({
    mutationFn: () => api.undoMerge(survivor, merged),
    onSuccess: () => {
      touched()
      setAsking(false)
      tell(say.undone)
    },
  })
  return (
    <>
      <Button size="small" look="quiet" aria-label={say.undoOf(name)} onClick={() => setAsking(true)}>
        {say.undo}
      </Button>
      <Confirm
        open={asking}
        onOpen={setAsking}
        title={say.undoTitle(name)}
        text={say.undoText}
        confirm={say.undo}
        busy={undo.isPending}
        error={undo.error}
        onConfirm={() => undo.mutate()}
      />
    </>
  )
}

/** Stands above a contact that is a part of another. */
export function PartOf({ contact, name }: { contact: Contact; name: string }) {
  const mayUndo = useMay('contacts.merge')
  if (!contact.merged_into) return null
  return (
    <section className="part-of" aria-label={say.partOf}>
      <GitMerge size={20} aria-hidden="true" />
      <div>
        <h2>{say.partOf}</h2>
        <p>{say.partOfText}</p>
        <Link to="/contacts/$contact" params={{ contact: contact.merged_into }}>
          {say.survivor}
        </Link>
      </div>
      {mayUndo && <Undo survivor={contact.merged_into} merged={contact.id} name={name} />}
    </section>
  )
}
