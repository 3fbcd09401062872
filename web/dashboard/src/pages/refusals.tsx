// Refused proofs, live: the number that the browser showed leads to the reason and how to mend it.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { SearchX, ShieldCheck, Wrench } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { queries } from '../api/queries.ts'
import type { Refusal } from '../contract.ts'
import { useLive } from '../live/live.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { TextField } from '../ui/field.tsx'
import { Sentence } from '../ui/sentence.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { Empty, Failed, Skeleton } from '../ui/states.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../words.ts'
import { reasonInWords } from './reason.ts'
import './refusals.css'

const route = getRouteApi('/shell/refusals')
const say = words.refusals

export function RefusalsPage() {
  usePageTitle(say.title)
  const { reference = '' } = route.useSearch()
  const { stream } = useLive()
  const query = useInfiniteQuery(queries.refusals(reference))
  const refusals = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{say.title}</h1>
            <p>{say.lead}</p>
          </div>
          {stream === 'live' && (
            <span className="live">
              <i aria-hidden="true" /> {say.live}
            </span>
          )}
        </header>
        <Lookup key={reference} reference={reference} />
        {query.isPending && <Skeleton kind="card" rows={3} />}
        {query.isError && refusals.length === 0 && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
        {query.data && refusals.length === 0 && <Nothing asked={reference !== ''} />}
        <ul className="refusals" aria-live="polite" aria-relevant="additions">
          {refusals.map((refusal) => (
            <Entry key={refusal.reference} refusal={refusal} whole={refusal.reference === reference} />
          ))}
        </ul>
        {query.hasNextPage && (
          <p className="more">
            <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
              {words.common.loadMore}
            </Button>
          </p>
        )}
      </div>
    </div>
  )
}

function Lookup({ reference }: { reference: string }) {
  const navigate = useNavigate()
  const [error, setError] = useState<string | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('reference') ?? '')
    const found = referenceIn(text)
    if (text.trim() !== '' && !found) return setError(say.badReference)
    void navigate({ to: '/refusals', search: found ? { reference: found } : {} })
  }
  return (
    <form className="lookup" onSubmit={submit} role="search">
      <TextField label={say.lookup} name="reference" hint={say.lookupHint} error={error} defaultValue={reference} autoComplete="off" spellCheck={false} className="mono" placeholder="req_…" />
      <div className="lookup-buttons">
        <Button type="submit" look="primary">
          {say.find}
        </Button>
        {reference && (
          <Link to="/refusals" className="button button-plain">
            {say.clear}
          </Link>
        )}
      </div>
    </form>
  )
}

/** The reference in whatever was pasted: the number alone, or the sentence around it. */
export function referenceIn(text: string): string | null {
  return /\breq_[0-9a-z]+\b/i.exec(text)?.[0].toLowerCase() ?? null
}

function Entry({ refusal, whole }: { refusal: Refusal; whole: boolean }) {
  const widget = useQuery(queries.widgets()).data?.items.find((one) => one.id === refusal.widget)
  return (
    <li className="card refusal" data-whole={whole}>
      <header>
        <h2>{reasonInWords(refusal.reason)}</h2>
        <Time at={refusal.at} as={whole ? 'full' : 'ago'} />
      </header>
      {refusal.cause && (
        <p className="refusal-cause">
          <Sentence text={refusal.cause} /> {(refusal.many ?? 1) > 1 && say.many(refusal.many ?? 1)}
        </p>
      )}
      {refusal.mend && (
        <p className="refusal-mend">
          <Wrench size={14} aria-hidden="true" />
          <span>
            <strong>{say.mend}.</strong> <Sentence text={refusal.mend} />
          </span>
        </p>
      )}
      <dl className="refusal-facts">
        <div>
          <dt>{say.origin}</dt>
          <dd>{refusal.origin ?? say.noOrigin}</dd>
        </div>
        <div>
          <dt>{say.widget}</dt>
          <dd>
            <Link to="/widgets/$widget/identity" params={{ widget: refusal.widget }}>
              {widget?.name ?? refusal.widget}
            </Link>
          </dd>
        </div>
        <div className="refusal-reference">
          <dt>{say.lookup}</dt>
          <dd>
            <code>{refusal.reference}</code>
            <CopyButton text={refusal.reference} iconOnly />
          </dd>
        </div>
      </dl>
    </li>
  )
}

function Nothing({ asked }: { asked: boolean }) {
  return asked ? (
    <Empty icon={<SearchX size={20} />} title={say.notFoundTitle}>
      {say.notFound}
    </Empty>
  ) : (
    <Empty icon={<ShieldCheck size={20} />} title={say.emptyTitle}>
      {say.empty}
    </Empty>
  )
}
