// What the list shows: open or closed, whose, and of which contact.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import type { RefObject } from 'react'
import { queries } from '../../api/queries.ts'
import type { InboxSearch } from '../../router.tsx'
import { words } from '../../words.ts'
import { contactName } from '../contacts/names.ts'
import { ContactSearch } from '../contacts/search.tsx'

const route = getRouteApi('/shell/inbox')
const say = words.inbox

export function Filters({ searchField }: { searchField: RefObject<HTMLInputElement | null> }) {
  const search = route.useSearch()
  return (
    <header className="filters">
      <div className="filters-head">
        <h1>{say.title}</h1>
        <div className="segments" role="group" aria-label={say.state}>
          <Choice to={{ ...without(search, 'state') }} on={search.state !== 'closed'} text={say.open} />
          <Choice to={{ ...search, state: 'closed' }} on={search.state === 'closed'} text={say.closed} />
        </div>
      </div>
      {search.contact ? <OnlyContact id={search.contact} search={search} /> : <SearchContact field={searchField} />}
      <div className="segments segments-wide" role="group" aria-label={say.assignee}>
        <Choice to={without(search, 'assignee')} on={!search.assignee} text={say.all} />
        <Choice to={{ ...search, assignee: 'me' }} on={search.assignee === 'me'} text={say.mine} />
        <Choice to={{ ...search, assignee: 'none' }} on={search.assignee === 'none'} text={say.unassigned} />
      </div>
    </header>
  )
}

function Choice({ to, on, text }: { to: InboxSearch; on: boolean; text: string }) {
  return (
    <Link to="." search={to} className="segment" activeProps={{}} aria-current={on ? 'page' : false} data-on={on}>
      {text}
    </Link>
  )
}

function without(search: InboxSearch, name: keyof InboxSearch): InboxSearch {
  const { [name]: _, ...rest } = search
  return rest
}

function OnlyContact({ id, search }: { id: string; search: InboxSearch }) {
  const contact = useQuery(queries.contact(id)).data
  return (
    <div className="only-contact">
      <span className="truncate">{say.onlyContact(contact ? contactName(contact) : '…')}</span>
      <Link to="." search={without(search, 'contact')} className="icon-button" aria-label={say.clearContact}>
        <X size={15} aria-hidden="true" />
      </Link>
    </div>
  )
}

function SearchContact({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const navigate = useNavigate()
  return <ContactSearch field={field} shortcut="/" onChoose={({ id }) => void navigate({ to: '/inbox', search: (old: InboxSearch) => ({ ...old, contact: id }) })} />
}
