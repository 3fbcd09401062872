// The warning above a thread and a contact that contradicts a proven id.
import { Link } from '@tanstack/react-router'
import type { Contact } from '../contract.ts'
import { SealIcon } from '../ui/icons.tsx'
import { words } from '../words.ts'
import { CONTRADICTS } from './badge.tsx'
import './trust.css'

export function contradicts(contact: Pick<Contact, 'flags'> | undefined): boolean {
  return contact?.flags.includes(CONTRADICTS) ?? false
}

export function ContradictionBanner({ contact }: { contact: Contact }) {
  if (!contradicts(contact)) return null
  const who = contact.fields.email?.value ?? contact.fields.id?.value ?? null
  return (
    <section className="contradiction" aria-label={words.trust.flag.label}>
      <SealIcon kind="flag" size={22} />
      <div>
        <h2>{words.trust.flag.title}</h2>
        <p className="contradiction-why">{who ? words.trust.flag.text(who) : words.trust.flag.textNobody}</p>
        <p>
          <strong>{words.trust.flag.advice}</strong>
        </p>
        {who && (
          <Link to="/contacts" search={{ query: who }}>
            {words.trust.flag.find}
          </Link>
        )}
      </div>
    </section>
  )
}
