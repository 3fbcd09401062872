// What the list shows: open or closed, whose, and of which contact.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import { told } from '../../api/problem.ts'
import type { Contact } from '../../contract.ts'
import type { InboxSearch } from '../../router.tsx'
import { Avatar } from '../../trust/avatar.tsx'
import { contradicts } from '../../trust/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import { SealIcon } from '../../ui/icons.tsx'
import { words } from '../../words.ts'
import { contactName } from '../contacts/names.ts'

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
      {search.contact ? <OnlyContact id={search.contact} search={search} /> : <ContactSearch field={searchField} />}
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

/** A combobox over the contacts: arrows choose, Enter filters the list by the chosen one. */
function ContactSearch({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const [open, setOpen] = useState(false)
  const asked = useSettled(text.trim(), 200)
  const found = useQuery({
    queryKey: ['contacts', 'search', asked],
    queryFn: ({ signal }) => api.contacts(asked, { limit: 8, signal }),
    enabled: asked !== '',
  })
  const items = asked === '' ? [] : (found.data?.items ?? [])
  const navigate = useNavigate()
  const id = useId()
  const shown = open && text.trim() !== ''

  const choose = (contact: Contact) => {
    setText('')
    void navigate({ to: '/inbox', search: (old: InboxSearch) => ({ ...old, contact: contact.id }) })
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      setText('')
      field.current?.blur()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const by = event.key === 'ArrowDown' ? 1 : -1
      setActive((old) => (items.length === 0 ? 0 : (old + by + items.length) % items.length))
    } else if (event.key === 'Enter') {
      const chosen = items[active]
      if (chosen) choose(chosen)
    }
  }

  return (
    <div className="contact-search">
      <Search size={15} aria-hidden="true" />
      <input
        ref={field}
        className="input"
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && items[active] ? `${id}-${active}` : undefined}
        aria-label={say.search}
        title={say.searchHint}
        placeholder={say.search}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      {text === '' ? <kbd aria-hidden="true">/</kbd> : null}
      {text !== '' && (
        <IconButton label={words.common.close} onClick={() => setText('')}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      )}
      <ul id={`${id}-list`} role="listbox" aria-label={say.search} className="suggestions popover" hidden={!shown}>
        {items.map((contact, index) => (
          <li
            key={contact.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(contact)}
          >
            <Suggestion contact={contact} />
          </li>
        ))}
      </ul>
      {shown && items.length === 0 && (
        <p className="suggestions popover suggestions-none" role="status">
          {found.error ? told(found.error).text : found.isPending || asked !== text.trim() ? say.searching : say.noContacts}
        </p>
      )}
    </div>
  )
}

function Suggestion({ contact }: { contact: Contact }) {
  const name = contactName(contact)
  return (
    <>
      <Avatar name={name} seed={contact.id} size={28} />
      <span className="suggestion-text">
        <span className="truncate">{name}</span>
        <span className="truncate muted">{contact.fields.email?.value ?? contact.id}</span>
      </span>
      <span className={`suggestion-trust trust-ink-${contradicts(contact) ? 'flag' : contact.trust}`}>
        <SealIcon kind={contradicts(contact) ? 'flag' : contact.trust} size={16} />
        <span className="hidden-visually">
          {contradicts(contact) ? words.trust.flag.label : words.trust.levels[contact.trust].short}
        </span>
      </span>
    </>
  )
}

/** The value after it has stood still for a moment: a search a word, not a search a letter. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value)
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
