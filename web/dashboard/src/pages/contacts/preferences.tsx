// What a contact has chosen to be told of; who may manage notifications can choose for it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Choice, Choosable, Delivery, Preference } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'

const say = words.inTheirFeed
const { channels: called } = words.notifications

export function Preferences({ contact }: { contact: string }) {
  const query = useQuery(queries.preferences(contact))
  const mayChoose = useMay('notifications.manage')
  const [choosing, setChoosing] = useState(false)
  const choose = useChoose(contact)
  const items = query.data?.items ?? []
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.preferences}</h3>
        {mayChoose && items.length > 0 && (
          <Button size="small" look="quiet" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
            {choosing ? say.behalfEnd : say.behalf}
          </Button>
        )}
      </header>
      {choosing && <p className="note their-behalf">{say.behalfNote}</p>}
      {query.isPending && <Skeleton rows={3} />}
      {query.isError && <ErrorNote error={query.error} />}
      {choose.error && <ErrorNote error={choose.error} />}
      {query.data && items.length === 0 && <p className="muted">{say.preferencesNone}</p>}
      {items.map((one) => (
        <Type key={one.type} preference={one} choosing={choosing} onChoose={choose.mutate} />
      ))}
    </section>
  )
}

function useChoose(contact: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (choice: Choice) => api.choose(contact, choice),
    onSuccess: (fresh) => cache.setQueryData(queries.preferences(contact).queryKey, fresh),
  })
}

type TypeProps = { preference: Preference; choosing: boolean; onChoose: (choice: Choice) => void }

function Type({ preference: { type, title, critical, channels, subs }, choosing, onChoose }: TypeProps) {
  return (
    <div className="their-type">
      <h4>
        <bdi>{title}</bdi>
        {critical && (
          <span className="chip">
            <Lock size={12} aria-hidden="true" /> {say.always}
          </span>
        )}
      </h4>
      <Ways channels={channels} of={title} choosing={choosing} onChoose={(choice) => onChoose({ type, ...choice })} />
      {subs.map((sub) => (
        <div key={sub.name} className="their-sub">
          <h5>
            <bdi>{sub.title}</bdi>
          </h5>
          <Ways channels={sub.channels} of={sub.title} choosing={choosing} onChoose={(choice) => onChoose({ type, sub: sub.name, ...choice })} />
        </div>
      ))}
    </div>
  )
}

type WaysProps = { channels: Choosable[]; of: string; choosing: boolean; onChoose: (choice: Pick<Choice, 'channel' | 'delivery'>) => void }

function Ways({ channels, of, choosing, onChoose }: WaysProps) {
  return (
    <dl className="their-ways">
      {channels.map(({ channel, delivery, offered }) => (
        <div key={channel}>
          <dt>{called[channel]}</dt>
          <dd>
            {choosing && offered.length > 1 ? (
              <select className="input select" aria-label={`${of}: ${called[channel]}`} value={delivery} onChange={(event) => onChoose({ channel, delivery: event.target.value as Delivery })}>
                {offered.map((one) => (
                  <option key={one} value={one}>
                    {say.deliveries[one]}
                  </option>
                ))}
              </select>
            ) : (
              <span data-off={delivery === 'off'}>{say.deliveries[delivery]}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
