// All contacts, found by exact email or id or the beginning of a name.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Search, UserRound } from 'lucide-react'
import { useEffect, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Contact } from '../../contract.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { FlagBadge, TrustBadge } from '../../trust/badge.tsx'
import { contradicts } from '../../trust/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { Empty, Failed, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { contactName } from './names.ts'
import './contacts.css'

const route = getRouteApi('/shell/contacts')
const say = words.contacts

export function ContactsPage() {
  usePageTitle(say.title)
  const { query: asked = '' } = route.useSearch()
  const query = useInfiniteQuery({ ...queries.contacts(asked), placeholderData: keepPreviousData })
  const contacts = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{say.title}</h1>
            <p>{say.lead}</p>
          </div>
        </header>
        <SearchField key={asked === '' ? 'none' : 'some'} asked={asked} />
        {query.isPending && <Skeleton kind="row" rows={6} />}
        {query.isError && contacts.length === 0 && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
        {query.data && contacts.length === 0 && (
          <Empty icon={<UserRound size={20} />} title={asked ? say.noneTitle : say.emptyTitle}>
            {asked ? say.none : say.empty}
          </Empty>
        )}
        {contacts.length > 0 && (
          <ul className="card contact-list" aria-label={say.title} aria-busy={query.isPlaceholderData}>
            {contacts.map((contact) => (
              <Row key={contact.id} contact={contact} />
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <p className="more">
            <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
              {words.common.loadMore}
            </Button>
          </p>
        )}
      </div>
    </div>
  )
}

function SearchField({ asked }: { asked: string }) {
  const navigate = useNavigate()
  const [text, setText] = useState(asked)
  useEffect(() => {
    if (text.trim() === asked) return
    const timer = setTimeout(() => {
      const query = text.trim()
      void navigate({ to: '/contacts', search: query ? { query } : {}, replace: true })
    }, 250)
    return () => clearTimeout(timer)
  }, [text, asked, navigate])
  return (
    <div className="big-search" role="search">
      <Search size={16} aria-hidden="true" />
      <input
        className="input"
        type="search"
        aria-label={say.search}
        aria-describedby="contact-search-hint"
        placeholder={say.search}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <p id="contact-search-hint" className="field-hint">
        {say.searchHint}
      </p>
    </div>
  )
}

function Row({ contact }: { contact: Contact }) {
  const name = contactName(contact)
  const flagged = contradicts(contact)
  return (
    <li className="contact-row">
      <Avatar name={contact.fields.name?.value ?? contact.fields.email?.value ?? null} seed={contact.id} trust={contact.trust} flagged={flagged} size={36} />
      <div className="contact-row-who">
        <Link to="/contacts/$contact" params={{ contact: contact.id }} className="truncate">
          {name}
        </Link>
        <span className="truncate muted">{[contact.fields.email?.value, contact.company?.name].filter(Boolean).join(' · ') || contact.id}</span>
      </div>
      {flagged ? <FlagBadge flag="contradicts_proven_id" /> : <TrustBadge trust={contact.trust} name={name} />}
      <span className="contact-row-seen muted">
        <Time at={contact.last_seen_at} />
      </span>
    </li>
  )
}
