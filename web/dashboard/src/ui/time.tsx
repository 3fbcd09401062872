// Moments as people say them; the exact one is always at hand.
import { useEffect, useState } from 'react'
import { words } from '../words.ts'

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dayOfYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const dayAndYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'medium', hourCycle: 'h23' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago or until, in words: "3 minutes ago", "in 2 hours". */
export function ago(then: Date, now: Date): string {
  const span = then.getTime() - now.getTime()
  const size = Math.abs(span)
  if (size < MINUTE) return words.time.now
  if (size < HOUR) return relative.format(Math.trunc(span / MINUTE), 'minute')
  if (size < DAY) return relative.format(Math.trunc(span / HOUR), 'hour')
  if (size < 30 * DAY) return relative.format(Math.trunc(span / DAY), 'day')
  return dayAndYear.format(then)
}

/** As short as a list row needs: the clock today, else the day. */
export function brief(then: Date, now: Date): string {
  if (sameDay(then, now)) return clock.format(then)
  return then.getFullYear() === now.getFullYear() ? dayOfYear.format(then) : dayAndYear.format(then)
}

export function dayName(then: Date, now: Date): string {
  if (sameDay(then, now)) return words.time.today
  if (sameDay(then, new Date(now.getTime() - DAY))) return words.time.yesterday
  return dayAndYear.format(then)
}

export function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString()
}

type Style = 'ago' | 'brief' | 'clock' | 'full'

export function Time({ at, as = 'ago' }: { at: string | null; as?: Style }) {
  const now = useMinute()
  if (!at) return <span>{words.common.never}</span>
  const then = new Date(at)
  const text = { ago: () => ago(then, now), brief: () => brief(then, now), clock: () => clock.format(then), full: () => `${dayAndYear.format(then)}, ${clock.format(then)}` }[as]()
  return (
    <time dateTime={at} title={exact.format(then)}>
      {text}
    </time>
  )
}

/** The present, renewed each minute, so that "2 minutes ago" stays true. */
export function useMinute(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), MINUTE)
    return () => clearInterval(timer)
  }, [])
  return now
}
