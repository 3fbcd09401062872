// What a text looks like where people read it: in the feed, in an email, in a browser's notification.
import { ArrowUpRight, BellRing } from 'lucide-react'
import type { ReactNode } from 'react'
import { runs } from '../../../../protocol/title.ts'
import type { Preview } from '../../contract.ts'
import { words } from '../../words.ts'
import { Paper } from './paper.tsx'

const say = words.writing

/** A preview beside its fields; `stale` where it is not of what is written now. */
export function Shown({ of, stale, children }: { of: string; stale: boolean; children: ReactNode }) {
  return (
    <figure className="shown" data-stale={stale} aria-label={`${say.preview}: ${of}`}>
      <figcaption className="shown-caption">{stale ? say.stale : say.preview}</figcaption>
      {children ?? <p className="muted">{say.nothingYet}</p>}
    </figure>
  )
}

export function ShownItem({ item }: { item: NonNullable<Preview['inapp']> }) {
  return (
    <div className="shown-card shown-item">
      <Title html={item.title} />
      <span className="muted">{say.now}</span>
      <LeadsTo url={item.url} />
    </div>
  )
}

/** As the feed reads it: a little markup, and nothing else of it becomes an element. */
export function Title({ html }: { html: string }) {
  return (
    <bdi className="title-runs">
      {runs(html).map(({ text, strong, em }, index) => {
        const inner = em ? <em>{text}</em> : text
        return strong ? <strong key={index}>{inner}</strong> : <span key={index}>{inner}</span>
      })}
    </bdi>
  )
}

export function ShownEmail({ email }: { email: NonNullable<Preview['email']> }) {
  return (
    <div className="shown-card shown-email">
      <p className="shown-subject">{email.subject || <span className="muted">{say.subjectMissing}</span>}</p>
      <Paper html={email.html} />
    </div>
  )
}

export function ShownPush({ push }: { push: NonNullable<Preview['web_push']> }) {
  return (
    <div className="shown-card shown-push">
      <span className="shown-push-sign" aria-hidden="true">
        <BellRing size={18} />
      </span>
      <div>
        <strong>{push.title}</strong>
        {push.message && <p>{push.message}</p>}
        <span className="muted">{say.pushFrom}</span>
        <LeadsTo url={push.url} />
      </div>
    </div>
  )
}

function LeadsTo({ url }: { url: string | null }) {
  if (url === null) return null
  return (
    <span className="shown-url mono">
      <ArrowUpRight size={13} aria-hidden="true" />
      <span className="hidden-visually">{say.leadsTo} </span>
      {url}
    </span>
  )
}
