//! What stands in the frame of an inbox: the visitor's notifications.
import type { Item } from '@countersign/protocol/feed'
import { runs } from '@countersign/protocol/title'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { App } from './app.ts'
import { Choices } from './choices.tsx'
import type { Feed } from './feed.ts'
import { Sorry, Waiting, when } from './states.tsx'
import { addressOf, tell } from './host.ts'
import { Icon } from './icons.tsx'
import type { Tongue } from './words.ts'

/** Alone in its frame, or beside conversations, where it has a way back to them. */
export function Inbox({ app }: { app: App }) {
  const { box, feed, trouble, tongue } = app
  const { words } = tongue
  const chooses = feed?.chooses ?? false
  return (
    <main>
      <header class="bar">
        {chooses ? <Back label={words.backToFeed} go={() => feed?.choose(false)} />
          : box && <Back label={words.backToMessages} go={() => app.look('messages')} />}
        <div class="title"><Heading key={String(chooses)} text={chooses ? words.preferences : words.notifications} arrived={box !== null || chooses} /></div>
        {feed && !chooses && feed.unread > 0 && (
          <button type="button" class="icon" aria-label={words.seeAll} title={words.seeAll} onClick={() => void feed.seeAll().catch(() => {})}>
            <Icon of="seen" />
          </button>
        )}
        {feed?.ready && !chooses && (
          <button type="button" class="icon" aria-label={words.preferences} title={words.preferences} onClick={() => feed.choose(true)}><Icon of="settings" /></button>
        )}
        {box && (
          <button type="button" class="icon" aria-label={words.close} onClick={() => tell({ kind: 'close' })}><Icon of="close" size={22} /></button>
        )}
      </header>
      {trouble ? <Sorry key={trouble.reference ?? trouble.code} trouble={trouble} words={words} again={app.again} />
        : !feed?.ready ? <Waiting words={words} />
        : chooses ? <Choices app={app} preferences={feed.preferences} />
        : <List feed={feed} tongue={tongue} />}
    </main>
  )
}

function Back({ label, go }: { label: string; go: () => void }) {
  return <button type="button" class="icon" aria-label={label} onClick={go}><Icon of="back" size={22} /></button>
}

/** Says where the visitor is now: the button that led here is gone, and the keyboard would be nowhere. */
function Heading({ text, arrived }: { text: string; arrived: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    if (arrived && document.hasFocus()) heading.current?.focus()
  }, [])
  return <h1 ref={heading} tabIndex={-1}>{text}</h1>
}

function List({ feed, tongue }: { feed: Feed; tongue: Tongue }) {
  const { words } = tongue
  if (feed.items.length === 0 && !feed.more) {
    return (
      <div class="log">
        <div class="welcome">
          <span class="emblem"><Icon of="bell" size={28} /></span>
          <h2>{words.nothingTitle}</h2>
          <p>{words.nothing}</p>
        </div>
      </div>
    )
  }
  return (
    <div class="log feed" tabIndex={0} aria-label={words.notifications}>
      <ul aria-live="polite" aria-relevant="additions">
        {feed.items.map((item) => <Row key={item.id} item={item} feed={feed} tongue={tongue} />)}
      </ul>
      {feed.more && (
        <button type="button" class="plain older" disabled={feed.loading} onClick={() => void feed.loadOlder()}>
          {feed.loading ? words.loading : words.olderItems}
        </button>
      )}
    </div>
  )
}

function Row({ item, feed, tongue }: { item: Item; feed: Feed; tongue: Tongue }) {
  const { words, region } = tongue
  const isNew = feed.fresh.has(item.id) || item.seen_at === null
  const url = addressOf(item.url)
  const inside = (
    <>
      <span class="what"><Title html={item.title} />{isNew && <span class="hidden"> ({words.isNew})</span>}</span>
      <time dateTime={item.at}>{when(item.at, region)}</time>
    </>
  )
  return (
    <li class={isNew ? 'item fresh' : 'item'}>
      {url
        ? <a class="item-body" href={url} target="_blank" rel="noreferrer" onClick={(event) => follow(event, feed, item)}>{inside}</a>
        : <div class="item-body">{inside}</div>}
      <button type="button" class="icon" aria-label={`${words.archive}: ${item.text}`} title={words.archive} onClick={() => void feed.archive([item.id])}>
        <Icon of="archive" size={18} />
      </button>
    </li>
  )
}

/** The page goes there itself, with its own router if it has one; a new tab is the browser's. */
function follow(event: MouseEvent, feed: Feed, item: Item): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
  event.preventDefault()
  void feed.follow(item)
}

function Title({ html }: { html: string }) {
  return (
    <bdi>
      {runs(html).map(({ text, strong, em }, index) => {
        const inner = em ? <em>{text}</em> : text
        return strong ? <strong key={index}>{inner}</strong> : <span key={index}>{inner}</span>
      })}
    </bdi>
  )
}
