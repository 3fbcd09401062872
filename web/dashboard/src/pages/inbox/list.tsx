// The list of conversations, windowed, newest activity first.
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { CheckCheck, Inbox as InboxIcon, UserRound } from 'lucide-react'
import { type CSSProperties, memo, type RefObject, useEffect, useImperativeHandle, useRef } from 'react'
import type { ConversationFilter } from '../../api/routes.ts'
import { queries } from '../../api/queries.ts'
import type { Conversation } from '../../contract.ts'
import { Avatar, initials } from '../../trust/avatar.tsx'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { reveal, useWindow } from '../../ui/window.ts'
import { useKnownFlag } from '../contacts/known.ts'
import { words } from '../../words.ts'
import { useMe } from '../../ui/me.ts'
import { conversationName } from '../contacts/names.ts'

const route = getRouteApi('/shell/inbox')
const say = words.inbox
const ROW = 76

export type ListHandle = { beside: (id: string | null, by: 1 | -1) => string | null }

type ListProps = { handle: RefObject<ListHandle | null>; filter: ConversationFilter; selected: string | null }

export function ConversationList({ handle, filter, selected }: ListProps) {
  const query = useInfiniteQuery(queries.conversations(filter))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const box = useRef<HTMLDivElement>(null)
  const shown = useWindow(box, ROW, items.length)
  const place = items.findIndex((one) => one.id === selected)

  useImperativeHandle(handle, () => ({
    beside: (id, by) => {
      const at = items.findIndex((one) => one.id === id)
      return items[at === -1 ? 0 : at + by]?.id ?? null
    },
  }))
  useEffect(() => reveal(box.current, ROW, place), [place])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (shown.to >= items.length && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [shown.to, items.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  if (query.isPending) return <Skeleton kind="row" rows={7} />
  if (query.isError && items.length === 0) {
    return <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />
  }
  if (items.length === 0) return <NothingHere filter={filter} />
  const tall: CSSProperties = { blockSize: items.length * ROW }
  return (
    <div className="rows-box" ref={box}>
      <ol className="rows" style={tall}>
        {items.slice(shown.from, shown.to).map((conversation, index) => (
          <Row
            key={conversation.id}
            conversation={conversation}
            top={(shown.from + index) * ROW}
            place={shown.from + index + 1}
            of={query.hasNextPage ? -1 : items.length}
            selected={conversation.id === selected}
          />
        ))}
      </ol>
      {isFetchingNextPage && <Skeleton kind="row" rows={2} />}
    </div>
  )
}

type RowProps = { conversation: Conversation; top: number; place: number; of: number; selected: boolean }

const Row = memo(function Row({ conversation, top, place, of, selected }: RowProps) {
  const search = route.useSearch()
  const { contact, unread } = conversation
  const name = conversationName(conversation)
  const flagged = useKnownFlag(contact)
  const about = [contact.company, contact.name ? contact.email : null].filter(Boolean).join(' · ')
  return (
    <li className="row-place" style={{ transform: `translateY(${top}px)` }} aria-posinset={place} aria-setsize={of}>
      <Link
        to="/inbox/$conversation"
        params={{ conversation: conversation.id }}
        search={search}
        className="row"
        data-selected={selected}
        data-unread={unread > 0}
        data-id={conversation.id}
      >
        <Avatar name={contact.name ?? contact.email} seed={contact.id} trust={contact.trust} flagged={flagged} size={38} />
        <span className="row-main">
          <span className="row-top">
            <span className="row-name truncate">{name}</span>
            <span className={`row-trust trust-ink-${flagged ? 'flag' : contact.trust}`}>
              {flagged ? words.trust.flag.label : words.trust.levels[contact.trust].label}
            </span>
            <span className="row-time">
              <Time at={conversation.last_message_at ?? conversation.created_at} as="brief" />
            </span>
          </span>
          {about && <span className="row-company truncate">{about}</span>}
          <span className="row-bottom">
            <Preview conversation={conversation} />
            {conversation.assignee && <Assignee assignee={conversation.assignee} />}
            {unread > 0 && (
              <span className="row-unread">
                <span aria-hidden="true">{unread > 9 ? '9+' : unread}</span>
                <span className="hidden-visually">{say.unread(unread)}</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  )
})

function Preview({ conversation }: { conversation: Conversation }) {
  const { preview } = conversation
  if (!preview) return <span className="row-preview truncate muted">{say.noPreview}</span>
  return (
    <span className="row-preview truncate">
      {preview.author === 'member' && <span className="muted">{say.agent}: </span>}
      <bdi>{preview.text}</bdi>
    </span>
  )
}

function Assignee({ assignee }: { assignee: { id: string; name: string } }) {
  return (
    <span className="row-assignee" title={say.assignedTo(assignee.name)}>
      <span aria-hidden="true">{initials(assignee.name)}</span>
      <span className="hidden-visually">{say.assignedTo(assignee.name)}</span>
    </span>
  )
}

function NothingHere({ filter }: { filter: ConversationFilter }) {
  const me = useMe()
  if (filter.contact) {
    return (
      <Empty icon={<UserRound size={20} />} title={say.emptyContactTitle}>
        {say.emptyContact}
      </Empty>
    )
  }
  if (filter.state === 'closed') {
    return (
      <Empty icon={<CheckCheck size={20} />} title={say.emptyClosedTitle}>
        {say.emptyClosed}
      </Empty>
    )
  }
  if (filter.assignee === 'me' || filter.assignee === me.member.id) {
    return (
      <Empty icon={<InboxIcon size={20} />} title={say.emptyMineTitle}>
        {say.emptyMine}
      </Empty>
    )
  }
  return (
    <Empty
      icon={<InboxIcon size={20} />}
      title={say.emptyOpenTitle}
      action={
        <Link to="/widgets" className="button button-plain">
          {say.emptyInstall}
        </Link>
      }
    >
      {say.emptyOpen}
    </Empty>
  )
}
