// A contact's notifications as the contact sees them, and what was sent to it.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { FeedItem } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { words } from '../../words.ts'
import { SentTo } from '../notifications/sent.tsx'
import { Title } from '../notifications/shown.tsx'
import { Preferences } from './preferences.tsx'
import './notifications.css'

const say = words.inTheirFeed

export function ContactNotifications({ contact }: { contact: string }) {
  if (!useMay('notifications.read')) return null
  return (
    <section className="their-notifications" aria-labelledby="their-notifications">
      <header>
        <h2 id="their-notifications">{say.title}</h2>
        <p>{say.lead}</p>
      </header>
      <div className="contact-columns">
        <div className="card">
          <Feed contact={contact} />
        </div>
        <div className="card">
          <Preferences contact={contact} />
        </div>
      </div>
      <h3>{say.sent}</h3>
      <SentTo contact={contact} />
    </section>
  )
}

function Feed({ contact }: { contact: string }) {
  const query = useInfiniteQuery(queries.feed(contact))
  const unread = useQuery(queries.unread(contact)).data?.unread ?? 0
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const seen = items.filter((item) => item.archived_at === null)
  const archived = items.length - seen.length
  return (
    <section className="panel-part">
      <header className="part-head">
        <h3>{say.feed}</h3>
        {unread > 0 && <span className="chip">{say.unread(unread)}</span>}
      </header>
      {query.isPending && <Skeleton rows={3} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && seen.length === 0 && !query.hasNextPage && <p className="muted">{say.feedNone}</p>}
      <ul className="their-feed">
        {seen.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {archived > 0 && <p className="muted their-archived">{say.archived(archived)}</p>}
      {query.hasNextPage && (
        <Button size="small" look="quiet" onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
          {words.common.loadMore}
        </Button>
      )}
    </section>
  )
}

function Item({ item }: { item: FeedItem }) {
  return (
    <li data-new={item.seen_at === null}>
      <Title html={item.title} />
      {item.seen_at === null && <span className="hidden-visually"> ({say.isNew})</span>}
      <span className="their-facts muted">
        <Time at={item.at} />
        {item.clicked_at && <span>{say.clicked}</span>}
        {item.url && <span className="mono truncate">{item.url}</span>}
      </span>
    </li>
  )
}
