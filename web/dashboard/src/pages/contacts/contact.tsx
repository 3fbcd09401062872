// A contact's own page.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { queries } from '../../api/queries.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { ContradictionBanner, contradicts } from '../../trust/banner.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { contactName } from './names.ts'
import { ContactNotifications } from './notifications.tsx'
import { Known, Others, Sessions, TrustStatement } from './panel.tsx'
import { Ratchet } from './ratchet.tsx'

const route = getRouteApi('/shell/contacts/$contact')
const say = words.contacts

export function ContactPage() {
  const { contact: id } = route.useParams()
  const query = useQuery(queries.contact(id))
  const contact = query.data
  usePageTitle(contact ? contactName(contact) : say.title)
  return (
    <div className="page">
      <div className="page-inner">
        <Link to="/contacts" className="crumb">
          <ArrowLeft size={15} aria-hidden="true" /> {say.title}
        </Link>
        {query.isPending && <Skeleton kind="card" rows={3} />}
        {query.isError && !contact && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
        {contact && (
          <>
            <header className="contact-head">
              <Avatar name={contact.fields.name?.value ?? contact.fields.email?.value ?? null} seed={contact.id} trust={contact.trust} flagged={contradicts(contact)} size={60} />
              <div>
                <h1 className="page-title">{contactName(contact)}</h1>
                <p className="muted">{contact.company?.name ?? say.noCompany}</p>
              </div>
            </header>
            <div className="contact-banner">
              {contradicts(contact) ? <ContradictionBanner contact={contact} /> : <TrustStatement contact={contact} whole />}
            </div>
            <div className="contact-columns">
              <div className="card">
                <Known contact={contact} />
              </div>
              <div className="stack">
                <div className="card">
                  <Sessions contact={id} />
                  <Ratchet contact={contact} />
                </div>
                <div className="card">
                  <Others contact={id} besides={null} />
                </div>
              </div>
            </div>
            <ContactNotifications contact={id} />
          </>
        )}
      </div>
    </div>
  )
}
