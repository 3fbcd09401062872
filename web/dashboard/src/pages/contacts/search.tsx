// A combobox over the contacts: by exact email or id, or the beginning of a name.
import { useQuery } from '@tanstack/react-query'
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { told } from '../../api/problem.ts'
import { api } from '../../api/routes.ts'
import type { Contact } from '../../contract.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { contradicts } from '../../trust/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import { SealIcon } from '../../ui/icons.tsx'
import { useSettled } from '../../ui/settled.ts'
import { words } from '../../words.ts'
import { contactName } from './names.ts'
import './search.css'

const say = words.inbox

type SearchProps = {
  onChoose: (contact: Contact) => void
  /** For whoever moves the keyboard here. */
  field?: RefObject<HTMLInputElement | null>
  /** The key that leads here, to be shown. */
  shortcut?: string
  /** Says what is wrong with the choice. */
  describedBy?: string | undefined
}

/** Arrows move, Enter chooses, Escape gives up. */
export function ContactSearch({ onChoose, field, shortcut, describedBy }: SearchProps) {
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
  const id = useId()
  const shown = open && text.trim() !== ''

  const choose = (contact: Contact) => {
    setText('')
    onChoose(contact)
  }
  const pressed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      setText('')
      event.currentTarget.blur()
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const by = event.key === 'ArrowDown' ? 1 : -1
      setActive((old) => (items.length === 0 ? 0 : (old + by + items.length) % items.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
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
        aria-describedby={describedBy}
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
      {text === '' && shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
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
