// Who brought a good proof in the last seven days, and whether the widget can be enforced.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Coverage, Totals, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { useMay } from '../../ui/me.ts'
import { Sentence } from '../../ui/sentence.tsx'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { reasonInWords } from '../reason.ts'
import { ChangeMode } from './mode.tsx'
import { Section } from './settings.tsx'

const say = words.coverage
const KINDS = ['valid', 'invalid', 'missing', 'anonymous'] as const
const number = new Intl.NumberFormat('en')

export function CoverageSection({ widget }: { widget: Widget }) {
  const query = useQuery(queries.coverage(widget.id))
  const coverage = query.data
  return (
    <Section title={say.title} lead={say.lead}>
      {query.isPending && <Skeleton rows={4} />}
      {query.isError && !coverage && <ErrorNote error={query.error} />}
      {coverage && <Verdict coverage={coverage} widget={widget} />}
      {coverage && sum(coverage.totals) > 0 && (
        <>
          <Days coverage={coverage} />
          <div className="shares-beside">
            <Signers coverage={coverage} widget={widget.id} />
            <Reasons coverage={coverage} />
          </div>
        </>
      )}
    </Section>
  )
}

const sum = (totals: Totals) => KINDS.reduce((all, kind) => all + totals[kind], 0)

/** The one sentence that decides, and the step that follows from it. */
function Verdict({ coverage, widget }: { coverage: Coverage; widget: Widget }) {
  const [raising, setRaising] = useState(false)
  const mayManage = useMay('widgets.manage')
  const { safe_to_enforce, sentence, would_be_refused } = coverage.verdict
  const enforced = widget.mode === 'enforce'
  const tone = sum(coverage.totals) === 0 ? 'none' : safe_to_enforce ? 'good' : enforced && would_be_refused > 0 ? 'none' : 'warn'
  const Icon = { none: enforced ? ShieldCheck : ShieldQuestion, good: ShieldCheck, warn: ShieldAlert }[tone]
  return (
    <div className={`verdict verdict-${tone}`}>
      <Icon size={20} aria-hidden="true" />
      <p>
        <Sentence text={sentence} />
      </p>
      {safe_to_enforce && !enforced && mayManage && (
        <Button size="small" look="primary" onClick={() => setRaising(true)}>
          {words.identity.raise(words.identity.modes.enforce.label)}
        </Button>
      )}
      {raising && <ChangeMode widget={widget} to="enforce" onClose={() => setRaising(false)} />}
    </div>
  )
}

/** The chart is for the eyes; the same numbers are a table for everybody else. */
function Days({ coverage }: { coverage: Coverage }) {
  const { days, totals } = coverage
  const most = Math.max(1, ...days.map(sum))
  return (
    <div className="coverage">
      <dl className="coverage-totals">
        {KINDS.map((kind) => (
          <div key={kind}>
            <dt>
              <i className={`swatch swatch-${kind}`} aria-hidden="true" /> {say.kinds[kind].label}
            </dt>
            <dd>{number.format(totals[kind])}</dd>
            <dd className="muted">{say.kinds[kind].help}</dd>
          </div>
        ))}
      </dl>
      <div className="coverage-days" aria-hidden="true">
        {days.map((day, index) => (
          <div key={day.date} className="coverage-day" title={inWords(day, day.date)}>
            <div className="coverage-bar" style={{ blockSize: `${(sum(day) / most) * 100}%` }}>
              {KINDS.filter((kind) => day[kind] > 0).map((kind) => (
                <i key={kind} className={`swatch-${kind}`} style={{ flexGrow: day[kind] }} />
              ))}
            </div>
            <span>{index === days.length - 1 ? words.time.today : dayOf(day.date)}</span>
          </div>
        ))}
      </div>
      <table className="hidden-visually">
        <caption>{say.title}</caption>
        <thead>
          <tr>
            <th scope="col">{say.day}</th>
            {KINDS.map((kind) => (
              <th key={kind} scope="col">
                {say.kinds[kind].label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <th scope="row">{day.date}</th>
              {KINDS.map((kind) => (
                <td key={kind}>{day[kind]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: 'UTC' })
const dayOf = (date: string) => weekday.format(new Date(`${date}T00:00:00Z`))
const inWords = (day: Totals, date: string) => [date, ...KINDS.map((kind) => `${say.kinds[kind].label}: ${number.format(day[kind])}`)].join('\n')

function Signers({ coverage, widget }: { coverage: Coverage; widget: string }) {
  const mayManage = useMay('widgets.manage')
  const secrets = useQuery({ ...queries.secrets(widget), enabled: mayManage }).data?.items ?? []
  const nameOf = (key: string) => secrets.find((one) => one.id === key)?.kid ?? key.replace(/^jwks:/, '')
  return (
    <Shares title={say.bySigner} none={say.bySignerNone} rows={coverage.by_key.map(({ key, many }) => ({ key, many, name: <code>{nameOf(key)}</code> }))} kind="valid" />
  )
}

function Reasons({ coverage }: { coverage: Coverage }) {
  const rows = coverage.by_reason.map(({ reason, many }) => ({ key: reason, many, name: reasonInWords(reason) }))
  return (
    <Shares title={say.byReason} none={say.byReasonNone} rows={rows} kind="invalid">
      {rows.length > 0 && <Link to="/refusals">{say.refusals}</Link>}
    </Shares>
  )
}

type SharesProps = { title: string; none: string; kind: string; rows: { key: string; many: number; name: React.ReactNode }[]; children?: React.ReactNode }

function Shares({ title, none, kind, rows, children }: SharesProps) {
  const all = rows.reduce((total, { many }) => total + many, 0)
  return (
    <div className="shares">
      <h3 className="part-title">{title}</h3>
      {rows.length === 0 && <p className="muted">{none}</p>}
      <ul>
        {rows.map(({ key, many, name }) => (
          <li key={key}>
            <span className="share-name">{name}</span>
            <span className="share-many">
              {number.format(many)} <span className="muted">{percent(many / all)}</span>
            </span>
            <span className="share-bar" aria-hidden="true">
              <i className={`swatch-${kind}`} style={{ inlineSize: `${(many / all) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
      {children}
    </div>
  )
}

/** A share as a person says it: something is never 0%, and not all is never 100%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1%'
  if (share < 1 && share > 0.99) return '> 99%'
  return `${Math.round(share * 100)}%`
}
