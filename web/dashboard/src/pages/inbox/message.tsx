// Messages as they are drawn: groups, the line between them, and a reply that is on its way.
import { Clock, RotateCw, Trash2, TriangleAlert } from 'lucide-react'
import type { ConversationContact, Message } from '../../contract.ts'
import { useLive } from '../../live/live.tsx'
import type { Outgoing } from '../../live/outbox.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { TrustBadge } from '../../trust/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SealIcon } from '../../ui/icons.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import type { Part } from './arrange.ts'
import { Linked } from './linked.tsx'

const say = words.thread

type GroupProps = { messages: Message[]; me: string; contact: ConversationContact; seenSeq: number | null }

export function MessageGroup({ messages, me, contact, seenSeq }: GroupProps) {
  const [first] = messages
  if (!first) return null
  const { author } = first
  if (author.kind === 'system' && author.id === null) return <SystemLine messages={messages} />
  const ours = author.kind !== 'visitor'
  const name = nameOf(author, me, contact)
  return (
    <article className={`group ${ours ? 'group-ours' : 'group-theirs'}`}>
      {!ours && <Avatar name={author.name ?? contact.email} seed={author.id ?? contact.id} size={28} />}
      <div className="group-body">
        <header className="group-head">
          <span className="group-name">{name}</span>
          {!ours && author.trust && <TrustBadge trust={author.trust} at={first.created_at} name={name} quiet={author.trust === 'jwt' || author.trust === 'hmac'} />}
          <span className="group-time">
            <Time at={first.created_at} as="clock" />
          </span>
        </header>
        {messages.map((message) => (
          <div key={message.id} className="bubble-place">
            <p className="bubble" dir="auto">
              <Linked text={message.text} />
            </p>
            {message.seq === seenSeq && <span className="seen">{say.seen}</span>}
          </div>
        ))}
      </div>
    </article>
  )
}

/** A back end writes as the system, with its key's id; the server itself has none. */
function nameOf(author: Message['author'], me: string, contact: ConversationContact): string {
  switch (author.kind) {
    case 'member':
      return author.id === me ? say.you : (author.name ?? words.inbox.agent)
    case 'system':
      return author.name ?? say.system
    case 'visitor':
      return author.name ?? contact.email ?? words.inbox.anonymous
  }
}

function SystemLine({ messages }: { messages: Message[] }) {
  return messages.map((message) => (
    <p key={message.id} className="system-line">
      {message.text} · <Time at={message.created_at} as="clock" />
    </p>
  ))
}

export function Separator({ part }: { part: Exclude<Part, { kind: 'group' }> }) {
  switch (part.kind) {
    case 'day':
      return (
        <h3 className="day">
          <span>{part.text}</span>
        </h3>
      )
    case 'new':
      return (
        <p className="new-line">
          <span>{say.unreadLine}</span>
        </p>
      )
    case 'trust':
      return (
        <p className={`trust-line trust-ink-${part.trust}`}>
          <span>
            <SealIcon kind={part.trust} size={15} /> {words.trust.change[part.trust]}
          </span>
        </p>
      )
  }
}

export function OutgoingMessage({ outgoing }: { outgoing: Outgoing }) {
  const { outbox } = useLive()
  const failed = outgoing.state === 'failed'
  return (
    <article className={`group group-ours ${failed ? 'group-failed' : 'group-sending'}`}>
      <div className="group-body">
        <div className="bubble-place">
          <p className="bubble" dir="auto">
            <Linked text={outgoing.text} />
          </p>
          {!failed && (
            <span className="seen">
              <Clock size={12} aria-hidden="true" /> {say.sending}
            </span>
          )}
        </div>
        {failed && (
          <div className="not-sent" role="alert">
            <p>
              <TriangleAlert size={14} aria-hidden="true" /> <strong>{say.notSent}.</strong> {outgoing.error?.text}
              {outgoing.error?.reference && <code className="reference">{words.common.reference(outgoing.error.reference)}</code>}
            </p>
            <Button size="small" onClick={() => outbox.retry(outgoing.client_id)}>
              <RotateCw size={13} aria-hidden="true" /> {say.retry}
            </Button>
            <Button size="small" look="quiet" onClick={() => outbox.discard(outgoing.client_id)}>
              <Trash2 size={13} aria-hidden="true" /> {say.discard}
            </Button>
          </div>
        )}
      </div>
    </article>
  )
}
