// The ratchet of one contact, and the way to take it back, which lowers their protection.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Contact } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { contactName } from './names.ts'

const say = words.ratchet

/** Nothing for who may not take it back, and for contacts that no token proved. */
export function Ratchet({ contact }: { contact: Contact }) {
  const cache = useQueryClient()
  const [asking, setAsking] = useState(false)
  const reset = useMutation<Contact, Error>({
    mutationFn: () => api.resetRatchet(contact.id),
    onSuccess: (fresh) => {
      cache.setQueryData(queries.contact(contact.id).queryKey, fresh)
      void cache.invalidateQueries({ queryKey: ['contacts'] })
      setAsking(false)
      tell(say.done)
    },
  })
  const may = useMay('widgets.manage')
  if (contact.trust !== 'jwt' || !may) return null
  return (
    <section className="panel-part ratchet">
      <header className="part-head">
        <h3>{say.title}</h3>
      </header>
      <p className="muted">{say.text}</p>
      <Button size="small" onClick={() => setAsking(true)}>
        {say.action}
      </Button>
      <Confirm open={asking} onOpen={setAsking} title={say.confirmTitle(contactName(contact))} text={say.confirmText} confirm={say.confirm} danger busy={reset.isPending} error={reset.error} onConfirm={() => reset.mutate()}>
        <ul className="consequences">
          {say.consequences.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Confirm>
    </section>
  )
}
