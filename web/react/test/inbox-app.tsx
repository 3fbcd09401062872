//! The page of the inbox's tests: a bell, a feed in the page, and a feed that the page draws itself.
import { Bell, Inbox, useNotifications, usePush } from '../src/index.tsx'
import type { InboxProps } from '../src/index.tsx'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

declare global {
  interface Window {
    showOnly(what: string): void
    become(user: string | null): void
    followed: string[]
  }
}

function Own(props: InboxProps) {
  const { items, unread, more, ready, see, archive, loadMore } = useNotifications(props)
  return (
    <section id="own">
      <p>{`ready ${ready}, unread ${unread}, more ${more}`}</p>
      {items.map((item) => <button key={item.id} onClick={() => archive([item.id])}>{item.text}</button>)}
      <button id="see" onClick={() => see()}>all</button>
      <button id="more" onClick={loadMore}>more</button>
    </section>
  )
}

function Switch(props: InboxProps) {
  const { state, turnOn, turnOff } = usePush(props)
  return (
    <section id="switch">
      <p>{`push ${state}`}</p>
      <button onClick={turnOn}>on</button>
      <button onClick={turnOff}>off</button>
    </section>
  )
}

function App() {
  const [what, showOnly] = useState('bell')
  const [user, become] = useState<string | null>('alice')
  Object.assign(window, { showOnly, become })
  const props: InboxProps = {
    origin: document.documentElement.dataset.widget ?? '',
    widget: 'cs_pk_live_1',
    user: user ?? undefined,
    identity: user ? () => `token of ${user}` : undefined,
    onFollow: (item) => window.followed.push(`${item.url}`),
  }
  if (what === 'bell') return <Bell {...props} />
  if (what === 'inbox') return <Inbox {...props} className="inbox" />
  if (what === 'switch') return <Switch {...props} />
  return <Own {...props} />
}

window.followed = []
const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>)
