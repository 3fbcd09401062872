//! What stands in the frame: its heading, and below it the one thing that is to be seen now.
import type { App } from './app.ts'
import { NEW, type Box } from './box.ts'
import { tell } from './host.ts'
import { Icon } from './icons.tsx'
import { Inbox } from './inbox.tsx'
import { Avatar } from './message.tsx'
import { Sorry, Waiting, when } from './states.tsx'
import { Thread } from './thread.tsx'
import type { Tongue } from './words.ts'

export function Frame({ app, version }: { app: App; version: number }) {
  const { box, trouble, tongue } = app
  const { words } = tongue
  if (app.view === 'notifications' && box?.ready && !trouble) return <Inbox app={app} />
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
      {box?.ready && <Bell app={app} />}
      <button type="button" class="icon" aria-label={words.close} onClick={() => tell({ kind: 'close' })}>
        <Icon of="close" size={22} />
      </button>
    </header>
  )
}

/** The way to the notifications, from the first that there was. */
function Bell({ app }: { app: App }) {
  const { feed, tongue: { words } } = app
  if (!feed?.used) return null
  return (
    <button type="button" class="icon" aria-label={feed.unread ? `${words.notifications}, ${words.unreadItems(feed.unread)}` : words.notifications} title={words.notifications} onClick={() => app.look('notifications')}>
      <Icon of="bell" size={22} />
      {feed.unread > 0 && <span class="dot" />}
    </button>
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
