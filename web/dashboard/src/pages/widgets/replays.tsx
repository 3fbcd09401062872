// Proofs without an end that were seen at several places: a person with two devices, or a copy.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Replay, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { contactName } from '../contacts/names.ts'
import { Section } from './settings.tsx'

const say = words.replays
/** Rows that are added at a time; each reads its contact. */
const FIRST = 10

export function ReplaysSection({ widget }: { widget: Widget }) {
  const query = useQuery(queries.replays(widget.id))
  const all = query.data?.items ?? []
  const [most, setMost] = useState(FIRST)
  return (
    <Section title={say.title} lead={say.lead}>
      {query.isPending && <Skeleton rows={2} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && all.length === 0 && <p className="muted">{say.none}</p>}
      {all.length > 0 && (
        <ul className="replays">
          {all.slice(0, most).map((replay) => (
            <Row key={`${replay.contact} ${replay.first_at}`} replay={replay} own={widget.origins} />
          ))}
        </ul>
      )}
      {all.length > most && <Button onClick={() => setMost(most + FIRST)}>{words.common.loadMore}</Button>}
    </Section>
  )
}

function Row({ replay, own }: { replay: Replay; own: string[] }) {
  const contact = useQuery(queries.contact(replay.contact)).data
  return (
    <li className="replay">
      <p className="replay-who">
        <Link to="/contacts/$contact" params={{ contact: replay.contact }}>
          {contact ? contactName(contact) : replay.contact}
        </Link>{' '}
        <span className="muted">
          {say.opened(replay.many)}, {say.last} <Time at={replay.last_at} />
        </span>
      </p>
      <dl className="replay-counts">
        <Count name={say.networks} many={replay.networks} />
        <Count name={say.browsers} many={replay.browsers} />
        <Count name={say.origins} many={replay.origins.length} />
      </dl>
      <ul className="replay-origins">
        {replay.origins.map((origin) => (
          <li key={origin} data-foreign={!own.includes(origin)}>
            <code>{origin}</code>
            {!own.includes(origin) && <strong> {say.foreign}</strong>}
          </li>
        ))}
      </ul>
    </li>
  )
}

function Count({ name, many }: { name: string; many: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{many}</dd>
    </div>
  )
}
