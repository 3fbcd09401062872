// What to call a contact of whom little is known.
import type { Contact, Conversation } from '../../contract.ts'
import { words } from '../../words.ts'

export function contactName(contact: Contact): string {
  return contact.fields.name?.value || contact.fields.email?.value || contact.fields.id?.value || words.inbox.anonymous
}

export function conversationName({ contact }: Pick<Conversation, 'contact'>): string {
  return contact.name || contact.email || words.inbox.anonymous
}
