// One conversation: who it is with, what was written, and the reply.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ArrowLeft, MessagesSquare, PanelRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Contact, Conversation } from '../../contract.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { FlagBadge, TrustBadge } from '../../trust/badge.tsx'
import { ContradictionBanner, contradicts } from '../../trust/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useMedia, WIDE } from '../../ui/media.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { useShortcuts } from '../../ui/shortcuts.ts'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { ContactPanel } from '../contacts/panel.tsx'
import { conversationName } from '../contacts/names.ts'
import { AssignMenu, StateButton, useChange } from './actions.tsx'
import { Composer } from './composer.tsx'
import { Messages } from './messages.tsx'

const inbox = getRouteApi('/shell/inbox')
const route = getRouteApi('/shell/inbox/$conversation')
const say = words.thread

export function NoThread() {
  return (
    <section className="thread thread-none">
      <Empty icon={<MessagesSquare size={22} />} title={words.inbox.chooseTitle}>
        {words.inbox.choose}
      </Empty>
    </section>
  )
}

export function ThreadPage() {
  const { conversation: id } = route.useParams()
  const query = useQuery(queries.conversation(id))
  const conversation = query.data
  const contact = useQuery({ ...queries.contact(conversation?.contact.id ?? ''), enabled: conversation !== undefined })
  const wide = useMedia(WIDE)
  if (!conversation) {
    return (
      <section className="thread">
        {query.isError ? (
          <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Skeleton kind="bubble" rows={5} />
        )}
      </section>
    )
  }
  return (
    <>
      <Thread key={id} conversation={conversation} contact={contact.data} wide={wide} />
      {wide && (
        <aside className="inbox-panel" aria-label={words.contacts.panel}>
          <ContactPanel id={conversation.contact.id} besides={id} />
        </aside>
      )}
    </>
  )
}

type ThreadProps = { conversation: Conversation; contact: Contact | undefined; wide: boolean }

function Thread({ conversation, contact, wide }: ThreadProps) {
  const name = conversationName(conversation)
  usePageTitle(`${name} · ${words.inbox.title}`)
  const composer = useRef<HTMLTextAreaElement>(null)
  const [assigning, setAssigning] = useState(false)
  const change = useChange(conversation)
  useShortcuts({
    r: () => composer.current?.focus(),
    e: () => change.toggle(),
    a: () => setAssigning(true),
  })
  return (
    <section className="thread" aria-label={say.label(name)}>
      <ThreadHead conversation={conversation} contact={contact} wide={wide} change={change} assigning={assigning} onAssigning={setAssigning} />
      {contact && <ContradictionBanner contact={contact} />}
      <Messages conversation={conversation} />
      <Composer conversation={conversation} contact={contact} field={composer} {...(change.may ? { onReopen: change.toggle } : {})} busy={change.busy} />
    </section>
  )
}

type HeadProps = ThreadProps & {
  change: ReturnType<typeof useChange>
  assigning: boolean
  onAssigning: (open: boolean) => void
}

function ThreadHead({ conversation, contact, wide, change, assigning, onAssigning }: HeadProps) {
  const search = inbox.useSearch()
  const [panelOpen, setPanelOpen] = useState(false)
  const name = conversationName(conversation)
  const flagged = contradicts(contact)
  useEffect(() => {
    if (wide) setPanelOpen(false)
  }, [wide])
  return (
    <header className="thread-head">
      <Link to="/inbox" search={search} className="icon-button thread-back" aria-label={say.toList}>
        <ArrowLeft size={18} aria-hidden="true" />
      </Link>
      <Avatar name={conversation.contact.name ?? conversation.contact.email} seed={conversation.contact.id} size={34} flagged={flagged} />
      <div className="thread-who">
        <h2 className="truncate">{name}</h2>
        <p className="thread-sub">
          {flagged ? <FlagBadge flag="contradicts_proven_id" /> : <TrustBadge trust={conversation.contact.trust} />}
          <span className="truncate muted thread-company">{conversation.contact.company}</span>
        </p>
      </div>
      <div className="thread-actions">
        {change.may && <AssignMenu conversation={conversation} change={change} open={assigning} onOpen={onAssigning} />}
        {change.may && <StateButton conversation={conversation} change={change} />}
        {!wide && (
          <IconButton label={say.details} onClick={() => setPanelOpen(true)}>
            <PanelRight size={18} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <Dialog side open={panelOpen} onOpen={setPanelOpen} title={words.contacts.panel}>
        <ContactPanel id={conversation.contact.id} besides={conversation.id} />
      </Dialog>
    </header>
  )
}
