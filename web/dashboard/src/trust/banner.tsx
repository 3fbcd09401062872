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
  const say = words.trust.flag
  const weak = contact.trust === 'hmac'
  return (
    <section className="contradiction" aria-label={words.trust.flag.label}>
      <SealIcon kind="flag" size={22} />
      <div>
        <h2>{weak ? say.titleWeak : say.title}</h2>
        <p className="contradiction-why">{who ? (weak ? say.textWeak(who) : say.text(who)) : say.textNobody}</p>
        <p>
          <strong>{say.advice}</strong>
        </p>
        {who && (
          <Link to="/contacts" search={{ query: who }}>
            {say.find}
          </Link>
        )}
      </div>
    </section>
  )
}
