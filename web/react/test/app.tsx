//! The page of the tests: a widget whose user and place on the page the test changes.
import { CountersignWidget, useCountersign } from '../src/index.tsx'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

declare global {
  interface Window {
    become(user: string | null): void
    mount(mounted: boolean): void
    asked: string[]
  }
}

function Help() {
  const { show, unread, open, session } = useCountersign()
  return <button id="open" onClick={show}>{`unread ${unread}, open ${open}, trust ${session?.trust}`}</button>
}

function App() {
  const [user, become] = useState<string | null>('alice')
  const [mounted, mount] = useState(true)
  Object.assign(window, { become, mount })
  const identity = (): string => {
    window.asked.push(`${user}`)
    return `token of ${user}`
  }
  const origin = document.documentElement.dataset.widget ?? ''
  if (!mounted) return null
  return (
    <CountersignWidget origin={origin} widget="cs_pk_live_1" user={user ?? undefined} identity={user ? identity : undefined}>
      <Help />
    </CountersignWidget>
  )
}

window.asked = []
const root = document.getElementById('root')
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>)
