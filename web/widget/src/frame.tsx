//! What stands in the frame: its heading, and below it the one thing that is to be seen now.
import { useState } from 'preact/hooks'
import type { App, Trouble } from './app.ts'
import { NEW, type Box } from './box.ts'
import { tell } from './host.ts'
import { Icon, type Sign } from './icons.tsx'
import { Avatar } from './message.tsx'
import { Thread } from './thread.tsx'
import type { Tongue, Words } from './words.ts'

export function Frame({ app, version }: { app: App; version: number }) {
  const { box, trouble, tongue } = app
  const { words } = tongue
  return (
    <main>
      <Heading app={app} />
      {trouble ? <Sorry key={trouble.reference ?? trouble.code} trouble={trouble} words={words} again={app.again} />
        : !box?.ready ? <Waiting words={words} />
        : box.listed ? <List box={box} tongue={tongue} />
        : <Thread key={box.current} box={box} tongue={tongue} greeting={app.config?.appearance.greeting ?? ''} as={nameOf(app)} version={version} />}
    </main>
  )
}

/** Only a name that was proven is worth a visitor's trust. */
function nameOf({ session }: App): string | null {
  return session && (session.trust === 'jwt' || session.trust === 'hmac') ? session.name : null
}

function Heading({ app }: { app: App }) {
  const { box, config, tongue: { words } } = app
  const others = box?.conversations.filter((one) => one.id !== box.current) ?? []
  const unread = others.reduce((sum, one) => sum + one.unread, 0)
  const hasList = box?.ready && !box.listed && box.conversations.length > 0
  const assignee = box && !box.listed ? box.conversation()?.assignee : null
  return (
    <header class="bar">
      {hasList && (
        <button type="button" class="icon" aria-label={unread ? `${words.back}, ${words.unread(unread)}` : words.back} onClick={() => box.list()}>
          <Icon of="back" size={22} />
          {unread > 0 && <span class="dot" />}
        </button>
      )}
      <div class="title">
        <h1><bdi>{box?.listed ? words.conversations : (config?.appearance.title ?? '')}</bdi></h1>
        {assignee?.name && <p><bdi>{assignee.name}</bdi></p>}
      </div>
      <button type="button" class="icon" aria-label={words.close} onClick={() => tell({ kind: 'close' })}>
        <Icon of="close" size={22} />
      </button>
    </header>
  )
}

export function Waiting({ words }: { words: Words }) {
  return (
    <div class="log">
      <div class="skeleton" role="status" aria-label={words.loading}><i /><i /><i /></div>
    </div>
  )
}

function List({ box, tongue }: { box: Box; tongue: Tongue }) {
  const { words, region } = tongue
  return (
    <div class="log list">
      <ul>
        {box.conversations.map((one) => (
          <li key={one.id}>
            <button type="button" class={one.unread ? 'fresh' : ''} onClick={() => box.choose(one.id)}>
              <Avatar name={one.assignee?.name ?? null} />
              <span class="preview"><bdi>{one.preview?.text ?? words.start}</bdi></span>
              <time dateTime={one.last_message_at ?? one.created_at}>{when(one.last_message_at ?? one.created_at, region)}</time>
              <span class="about"><bdi>{[one.assignee?.name ?? words.team, one.state === 'closed' && words.ended].filter(Boolean).join(' · ')}</bdi></span>
              {one.unread > 0 && (
                <span class="count"><span aria-hidden="true">{one.unread}</span><span class="hidden">{words.unread(one.unread)}</span></span>
              )}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="main" onClick={() => box.choose(NEW)}><Icon of="plus" size={18} />{words.start}</button>
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
