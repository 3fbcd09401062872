//! One conversation: its messages, and the place to write.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { NEW, type Box } from './box.ts'
import { Composer } from './composer.tsx'
import { Icon } from './icons.tsx'
import { Bubble, Day, Text } from './message.tsx'
import type { Draft } from './outbox.ts'
import type { Tongue, Words } from './words.ts'

/** So close to an end of the list counts as there, in pixels. */
const NEAR = 80

type Props = { box: Box; tongue: Tongue; greeting: string; as: string | null; version: number }

export function Thread({ box, tongue, greeting, as, version }: Props) {
  const { words } = tongue
  const thread = box.thread()
  const conversation = box.conversation()
  const { list, pill, toEnd, scrolled } = useScroll(box, version)
  const typing = box.typing && box.typing.conversation === box.current && box.typing.until > Date.now() ? box.typing : null
  const lastOwn = thread.messages.findLast((message) => message.author.kind === 'visitor')
  const isSeen = (conversation?.seen.member ?? 0) >= (lastOwn?.seq ?? 0)
  return (
    <>
      {!box.online && <p class="notice" role="status"><Icon of="cloud" size={16} />{words.offline}</p>}
      <div class="log" ref={list} role="log" aria-label={words.log} aria-busy={thread.loading || !thread.loaded} tabIndex={0} onScroll={scrolled}>
        {thread.older && (
          <button type="button" class="plain older" disabled={thread.loading} onClick={() => void box.loadOlder()}>
            {thread.loading ? words.loading : words.older}
          </button>
        )}
        {box.current === NEW && thread.drafts.length === 0 && <Welcome greeting={greeting} as={as} words={words} />}
        {!thread.loaded && <div class="skeleton" role="status" aria-label={words.loading}><i /><i /><i /></div>}
        {thread.messages.map((message, at) => (
          <div class="row" key={message.id}>
            <Day message={message} before={thread.messages[at - 1]} tongue={tongue} />
            <Bubble
              message={message} before={thread.messages[at - 1]} after={thread.messages[at + 1]} tongue={tongue}
              state={message === lastOwn && thread.drafts.length === 0 ? (isSeen ? words.seen : words.sent) : null}
            />
          </div>
        ))}
        {thread.drafts.map((draft) => (
          <Waiting key={draft.client_id} draft={draft} words={words} retry={() => box.outbox.retry(box.current, draft)} />
        ))}
        {typing && (
          <p class="typing"><span class="dots" aria-hidden="true"><i /><i /><i /></span><span>{words.typing(typing.name)}</span></p>
        )}
      </div>
      {pill && <button type="button" class="pill" onClick={toEnd}><Icon of="down" size={16} />{words.fresh}</button>}
      {conversation?.state === 'closed' ? (
        <div class="closed">
          <p>{words.closed}</p>
          <button type="button" class="main" onClick={() => box.choose(NEW)}><Icon of="plus" size={18} />{words.start}</button>
        </div>
      ) : (
        <Composer box={box} words={words} />
      )}
    </>
  )
}

function Welcome({ greeting, as, words }: { greeting: string; as: string | null; words: Words }) {
  return (
    <div class="welcome">
      <span class="emblem"><Icon of="chat" size={28} /></span>
      <h2 dir="auto">{greeting || words.hello}</h2>
      {as && <p class="as"><Icon of="verified" size={18} /><span>{words.as(as)}</span></p>}
    </div>
  )
}

/** A message that the server has not confirmed. */
function Waiting({ draft, words, retry }: { draft: Draft; words: Words; retry: () => void }) {
  return (
    <article class="bubble own waiting first last">
      <h3 class="hidden">{words.you}</h3>
      <p><span dir="auto"><Text text={draft.text} /></span></p>
      {draft.state === 'sending' ? <p class="foot">{words.sending}</p> : (
        <p class="foot failed" role="alert">
          {draft.state === 'delayed' ? words.delayed : words.failed}{' '}
          <button type="button" class="plain" onClick={retry}>{words.retry}</button>
        </p>
      )}
    </article>
  )
}

/** What is read stays where it is: older messages push nothing down, newer ones only at the end. */
function useScroll(box: Box, version: number) {
  const list = useRef<HTMLDivElement>(null)
  const [pill, setPill] = useState(false)
  const was = useRef({ height: 0, first: 0, last: 0, drafts: 0 })
  const thread = box.thread()

  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const first = thread.messages[0]?.seq ?? 0
    const last = thread.messages.at(-1)?.seq ?? 0
    const isPrepended = was.current.first > first && was.current.height > 0
    if (isPrepended) element.scrollTop += element.scrollHeight - was.current.height
    else if (box.atEnd || thread.drafts.length > was.current.drafts) element.scrollTop = element.scrollHeight
    else if (last > was.current.last) setPill(true)
    was.current = { height: element.scrollHeight, first, last, drafts: thread.drafts.length }
  }, [version])

  // A keyboard or a growing field makes the list smaller, and its end must stay in sight.
  useLayoutEffect(() => {
    const element = list.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => {
      if (box.atEnd) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const scrolled = () => {
    const element = list.current
    if (!element || element.clientHeight === 0) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR
    if (atEnd) setPill(false)
    if (atEnd !== box.atEnd) box.reach(atEnd)
    if (element.scrollTop < NEAR && !atEnd) void box.loadOlder()
  }
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight, behavior: 'smooth' })
  return { list, pill, toEnd, scrolled }
}
