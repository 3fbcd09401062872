// Everything that is known of a contact, each value with where it comes from. Stands beside a thread and on its own page.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Building2, KeyRound, Pencil, Ticket } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Contact, ContactSession, Conversation, Field } from '../../contract.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { FlagBadge, ProvenanceBadge, TrustBadge, TrustMark } from '../../trust/badge.tsx'
import { contradicts } from '../../trust/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Confirm, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { contactName } from './names.ts'
import './contacts.css'

const say = words.contacts
const ORDER = ['name', 'email', 'id', 'external_id', 'user_id', 'company_name', 'company_id']

export function ContactPanel({ id, besides }: { id: string; besides: string }) {
  const query = useQuery(queries.contact(id))
  if (query.isPending) return <Skeleton rows={8} />
  if (!query.data) return <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />
  return (
    <div className="panel">
      <PanelHead contact={query.data} />
      <Known contact={query.data} />
      <Sessions contact={id} />
      <Others contact={id} besides={besides} />
    </div>
  )
}

function PanelHead({ contact }: { contact: Contact }) {
  const name = contactName(contact)
  return (
    <header className="panel-head">
      <Avatar name={contact.fields.name?.value ?? contact.fields.email?.value ?? null} seed={contact.id} trust={contact.trust} flagged={contradicts(contact)} size={48} />
      <div className="panel-who">
        <h2 className="truncate">
          <Link to="/contacts/$contact" params={{ contact: contact.id }} title={say.open}>
            {name}
          </Link>
        </h2>
        {contact.company?.name && (
          <p className="truncate muted">
            <Building2 size={13} aria-hidden="true" /> {contact.company.name}
          </p>
        )}
      </div>
      <TrustStatement contact={contact} />
    </header>
  )
}

/** The trust in words that need no click: the first thing to read about a person. */
export function TrustStatement({ contact, whole = false }: { contact: Contact; whole?: boolean }) {
  if (contradicts(contact)) {
    return (
      <div className="statement statement-flag">
        <FlagBadge flag="contradicts_proven_id" />
        <p>{words.trust.flag.advice}</p>
      </div>
    )
  }
  return (
    <div className={`statement statement-${contact.trust}`}>
      <TrustBadge trust={contact.trust} />
      <p>{whole ? words.trust.levels[contact.trust].sentences : words.trust.levels[contact.trust].advice}</p>
    </div>
  )
}

export function Known({ contact }: { contact: Contact }) {
  const [editing, setEditing] = useState(false)
  const mayEdit = useMay('contacts.manage') && contact.fields.name?.provenance !== 'proven'
  const fields = Object.entries(contact.fields).sort(([a], [b]) => rank(a) - rank(b))
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.details}</h3>
        {mayEdit && (
          <IconButton label={say.edit} onClick={() => setEditing(true)}>
            <Pencil size={14} aria-hidden="true" />
          </IconButton>
        )}
      </header>
      <dl className="known">
        {fields.map(([name, field]) => (
          <KnownField key={name} name={name} field={field} contact={contact} />
        ))}
        <div>
          <dt>{say.id}</dt>
          <dd>
            <span className="known-value mono truncate" title={contact.id}>
              {contact.id}
            </span>
          </dd>
          <dd className="known-source">
            <CopyButton text={contact.id} iconOnly />
          </dd>
        </div>
        <div>
          <dt>{say.firstSeen}</dt>
          <dd>
            <Time at={contact.created_at} as="full" />
          </dd>
        </div>
        <div>
          <dt>{say.lastSeen}</dt>
          <dd>
            <Time at={contact.last_seen_at} />
          </dd>
        </div>
      </dl>
      <NameDialog key={String(editing)} contact={contact} open={editing} onOpen={setEditing} />
    </section>
  )
}

function KnownField({ name, field, contact }: { name: string; field: Field; contact: Contact }) {
  const label = fieldName(name)
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {field.value ? (
          <bdi className="known-value">
            {field.value}
          </bdi>
        ) : (
          <span className="known-value muted">{say.noValue}</span>
        )}
      </dd>
      {field.value && (
        <dd className="known-source">
          <ProvenanceBadge field={field} trust={contact.trust} name={label} />
        </dd>
      )}
    </div>
  )
}

function NameDialog({ contact, open, onOpen }: { contact: Contact; open: boolean; onOpen: (open: boolean) => void }) {
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: (name: string) => api.changeContact(contact.id, { name }),
    onSuccess: (fresh) => {
      cache.setQueryData(queries.contact(contact.id).queryKey, fresh)
      void cache.invalidateQueries({ queryKey: ['conversations'] })
      onOpen(false)
      tell(words.common.saved)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    if (name) save.mutate(name)
  }
  return (
    <Dialog open={open} onOpen={onOpen} title={say.edit}>
      <form onSubmit={submit}>
        <TextField label={say.editLabel} name="name" required maxLength={200} defaultValue={contact.fields.name?.value ?? ''} hint={say.editHelp} />
        {save.error && <ErrorNote error={save.error} />}
        <footer className="dialog-foot">
          <Button type="submit" look="primary" busy={save.isPending}>
            {words.common.save}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

export function Sessions({ contact }: { contact: string }) {
  const cache = useQueryClient()
  const [asking, setAsking] = useState(false)
  const mayEnd = useMay('contacts.manage')
  const query = useQuery(queries.contactSessions(contact))
  const end = useMutation({
    mutationFn: () => api.endSessions(contact),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queries.contactSessions(contact).queryKey })
      setAsking(false)
      tell(say.ended)
    },
  })
  const sessions = query.data?.items ?? []
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.sessions}</h3>
        {mayEnd && sessions.length > 0 && (
          <Button size="small" look="quiet" className="danger-text" onClick={() => setAsking(true)}>
            {say.endAll}
          </Button>
        )}
      </header>
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && sessions.length === 0 && <p className="muted">{say.sessionsNone}</p>}
      <ul className="sessions">
        {sessions.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
      <Confirm
        open={asking}
        onOpen={setAsking}
        title={say.endTitle}
        text={say.endText}
        confirm={say.endAll}
        busy={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate()}
      />
    </section>
  )
}

function Session({ session }: { session: ContactSession }) {
  const Icon = session.bound ? KeyRound : Ticket
  const widget = useQuery(queries.widgets()).data?.items.find((one) => one.id === session.widget)
  return (
    <li className="session">
      <p className="session-top">
        <TrustMark trust={session.trust} />
        {widget && <span className="muted truncate">{widget.name}</span>}
      </p>
      <p className="session-bound">
        <Icon size={14} aria-hidden="true" /> <strong>{session.bound ? say.bound : say.bearer}</strong>
      </p>
      <p className="muted">{session.bound ? say.boundHelp : say.bearerHelp}</p>
      <p className="muted">
        {say.lastUsed} <Time at={session.last_used_at} /> · {say.expires} <Time at={session.expires_at} />
      </p>
    </li>
  )
}

export function Others({ contact, besides }: { contact: string; besides: string | null }) {
  const query = useInfiniteQuery(queries.conversations({ state: 'all', contact }))
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.id !== besides)
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.conversations}</h3>
      </header>
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && items.length === 0 && <p className="muted">{say.conversationsNone}</p>}
      <ul className="others">
        {items.map((conversation) => (
          <Other key={conversation.id} conversation={conversation} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" look="quiet" onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
          {words.common.loadMore}
        </Button>
      )}
    </section>
  )
}

function Other({ conversation }: { conversation: Conversation }) {
  const closed = conversation.state === 'closed'
  return (
    <li>
      <Link to="/inbox/$conversation" params={{ conversation: conversation.id }} search={closed ? { state: 'closed' } : {}} className="other">
        <span className="truncate">{conversation.preview?.text ?? words.inbox.noPreview}</span>
        <span className="muted">
          {closed ? words.inbox.closed : words.inbox.open} · <Time at={conversation.last_message_at ?? conversation.created_at} as="brief" />
        </span>
      </Link>
    </li>
  )
}


function fieldName(name: string): string {
  const known: Partial<Record<string, string>> = say.fieldNames
  return known[name] ?? name.replaceAll('_', ' ').replace(/^./u, (letter) => letter.toUpperCase())
}

function rank(name: string): number {
  const place = ORDER.indexOf(name)
  return place === -1 ? ORDER.length : place
}
