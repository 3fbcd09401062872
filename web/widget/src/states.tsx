//! What stands in the frame while there is nothing else: waiting, and why nothing can be shown. And how times are written.
import { useState } from 'preact/hooks'
import type { Trouble } from './app.ts'
import { Icon, type Sign } from './icons.tsx'
import type { Words } from './words.ts'

export function Waiting({ words }: { words: Words }) {
  return (
    <div class="log">
      <div class="skeleton" role="status" aria-label={words.loading}><i /><i /><i /></div>
    </div>
  )
}

/** The time of today, else the day. */
export function when(text: string, region: string): string {
  const time = new Date(text)
  const isToday = time.toDateString() === new Date().toDateString()
  return isToday
    ? time.toLocaleTimeString(region, { hour: 'numeric', minute: '2-digit' })
    : time.toLocaleDateString(region, { day: 'numeric', month: 'short' })
}

const SIGNS: Record<Trouble['kind'], Sign> = { refused: 'shield', nobody: 'person', insecure: 'lock', trouble: 'cloud' }

export function Sorry({ trouble, words, again }: { trouble: Trouble; words: Words; again: () => void }) {
  const { kind, reference } = trouble
  return (
    <div class="sorry" role="alert">
      <span class="emblem"><Icon of={SIGNS[kind]} size={28} /></span>
      <h2>{words[`${kind}Title`]}</h2>
      <p>{words[kind]}</p>
      {reference && <Reference reference={reference} words={words} />}
      {(kind === 'trouble' || kind === 'refused') && (
        <button type="button" class={kind === 'trouble' ? 'main' : 'plain'} onClick={again}>{words.retry}</button>
      )}
    </div>
  )
}

function Reference({ reference, words }: { reference: string; words: Words }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard?.writeText(reference).then(() => setCopied(true), () => {})
  }
  return (
    <div class="reference">
      <span>{words.reference}</span>
      <code dir="ltr">{reference}</code>
      <button type="button" class="icon" aria-label={`${words.copy}: ${words.reference}`} onClick={copy}>
        <Icon of={copied ? 'done' : 'copy'} size={18} />
      </button>
      <span class="hidden" role="status">{copied ? words.copied : ''}</span>
    </div>
  )
}
