// The inbox: the list on the left, the thread beside it; on a phone one of them at a time.
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { useRef } from 'react'
import type { ConversationFilter } from '../../api/routes.ts'
import { useShortcuts } from '../../ui/shortcuts.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { words } from '../../words.ts'
import { useMe } from '../../ui/me.ts'
import { Filters } from './filters.tsx'
import { ConversationList, type ListHandle } from './list.tsx'
import './inbox.css'

const route = getRouteApi('/shell/inbox')

export function InboxPage() {
  usePageTitle(words.inbox.title)
  const search = route.useSearch()
  const navigate = useNavigate()
  const { conversation } = useParams({ strict: false })
  const list = useRef<ListHandle>(null)
  const searchField = useRef<HTMLInputElement>(null)
  const filter = useFilter()

  const step = (by: 1 | -1) => {
    const id = list.current?.beside(conversation ?? null, by)
    if (id) void navigate({ to: '/inbox/$conversation', params: { conversation: id }, search })
  }
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    '/': () => searchField.current?.focus(),
  })

  return (
    <div className="inbox" data-thread={conversation ? 'open' : 'none'}>
      <section className="inbox-list" aria-label={words.inbox.listLabel}>
        <Filters searchField={searchField} />
        <ConversationList handle={list} filter={filter} selected={conversation ?? null} />
      </section>
      <Outlet />
    </div>
  )
}

function useFilter(): ConversationFilter {
  const { state, assignee, contact } = route.useSearch()
  const me = useMe()
  return {
    state: state ?? 'open',
    ...(assignee ? { assignee: assignee === me.member.id ? 'me' : assignee } : {}),
    ...(contact ? { contact } : {}),
  }
}
