//! One conversation: its messages, and the place to write.
import type { Message } from '@countersign/protocol/contract'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { NEW, type Box } from './box.ts'
import type { Words } from './words.ts'

const MOST = 10_000

type Props = { box: Box; words: Words; language: string; greeting: string; version: number }

export function Thread({ box, words, language, greeting, version }: Props) {
  const thread = box.thread()
  const conversation = box.conversation()
  const list = useRef<HTMLDivElement>(null)
  const [pill, setPill] = useState(false)
  const before = useRef({ height: 0, first: 0, last: 0, drafts: 0 })

  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const first = thread.messages[0]?.seq ?? 0
    const last = thread.messages.at(-1)?.seq ?? 0
    const was = before.current
    const nearEnd = was.height - element.scrollTop - element.clientHeight < 120
    const mine = thread.drafts.length > was.drafts
    if (was.height && first < was.first && last === was.last) element.scrollTop += element.scrollHeight - was.height
    else if (!was.height || nearEnd || mine) element.scrollTop = element.scrollHeight
    else if (last > was.last) setPill(true)
    before.current = { height: element.scrollHeight, first, last, drafts: thread.drafts.length }
  }, [version, box.current])

  const toEnd = () => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
    setPill(false)
  }
  const typing = box.typing && box.typing.conversation === box.current && box.typing.until > Date.now()
  const seen = conversation?.seen.member ?? 0
  const lastOwn = thread.messages.findLast((message) => message.author.kind === 'visitor')

  return (
    <>
      <div class="log" ref={list} role="log" aria-label={words.log} tabIndex={0}>
        {thread.older && (
          <button type="button" class="plain" onClick={() => void box.load(box.current!)}>{words.older}</button>
        )}
        {box.current === NEW && <p class="greeting" dir="auto">{greeting}</p>}
        {!thread.loaded && <div class="skeleton" aria-label={words.loading}><i /><i /><i /></div>}
        {thread.messages.map((message, at) => (
          <div key={message.id}>
            <Day message={message} previous={thread.messages[at - 1]} language={language} words={words} />
            <Bubble message={message} words={words} language={language} />
            {message === lastOwn && thread.drafts.length === 0 && (
              <p class="state">{seen >= message.seq ? words.seen : words.sent}</p>
            )}
          </div>
        ))}
        {thread.drafts.map((draft) => (
          <div key={draft.client_id} class="bubble own waiting">
            <p dir="auto"><Text text={draft.text} /></p>
            {draft.failed ? (
              <p class="state failed" role="alert">
                {words.failed}{' '}
                <button type="button" class="plain" onClick={() => void box.deliver(box.current ?? NEW, draft)}>{words.retry}</button>
              </p>
            ) : (
              <p class="state">{words.sending}</p>
            )}
          </div>
        ))}
        {typing && <p class="typing" role="status">{words.typing(box.typing!.name)}</p>}
      </div>
      {pill && <button type="button" class="pill" onClick={toEnd}>{words.fresh}</button>}
      {!box.online && <p class="notice" role="status">{words.offline}</p>}
      {conversation?.state === 'closed' ? (
        <div class="closed">
          <p>{words.closed}</p>
          <button type="button" class="main" onClick={() => box.begin()}>{words.start}</button>
        </div>
      ) : (
        <Composer key={box.current} box={box} words={words} />
      )}
    </>
  )
}

function Composer({ box, words }: { box: Box; words: Words }) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (box.shown) field.current?.focus()
  }, [])
  const left = MOST - [...text].length
  const good = text.trim() !== '' && left >= 0
  const send = () => {
    if (!good) return
    box.send(text)
    setText('')
    field.current?.focus()
  }
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send() }}>
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        value={text}
        aria-label={words.message}
        placeholder={words.write}
        onInput={(event) => { setText(event.currentTarget.value); box.say() }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault()
            send()
          }
        }}
      />
      <button type="submit" class="main" disabled={!good} aria-label={words.send}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M3 11.5 21 3l-7 18-3-7.5z" fill="currentColor" /></svg>
      </button>
      {left < 500 && <p class={left < 0 ? 'left over' : 'left'} role="status">{words.left(left)}</p>}
    </form>
  )
}

function Bubble({ message, words, language }: { message: Message; words: Words; language: string }) {
  const own = message.author.kind === 'visitor'
  const time = new Date(message.created_at)
  const clock = time.toLocaleTimeString(language, { hour: 'numeric', minute: '2-digit' })
  return (
    <article class={own ? 'bubble own' : 'bubble'}>
      <header>
        <span class={own ? 'hidden' : 'author'}>{own ? words.you : (message.author.name ?? words.team)}</span>
        <time dateTime={message.created_at}>{clock}</time>
      </header>
      <p dir="auto"><Text text={message.text} /></p>
    </article>
  )
}

type DayProps = { message: Message; previous: Message | undefined; language: string; words: Words }

function Day({ message, previous, language, words }: DayProps) {
  const day = new Date(message.created_at).toDateString()
  if (previous && new Date(previous.created_at).toDateString() === day) return null
  const now = new Date()
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
  const text =
    day === now.toDateString() ? words.today
    : day === yesterday.toDateString() ? words.yesterday
    : new Date(message.created_at).toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long' })
  return <h2 class="day">{text}</h2>
}

const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/g

/** Text nodes only; what looks like a web address becomes a link. */
export function Text({ text }: { text: string }) {
  const parts = []
  let from = 0
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index))
    parts.push(<a href={found[0]} target="_blank" rel="noopener noreferrer nofollow ugc">{found[0]}</a>)
    from = found.index + found[0].length
  }
  return <>{parts}{text.slice(from)}</>
}
