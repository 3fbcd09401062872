//! The frame's page: listens to the page around it, and draws.
import { render } from 'preact'
import { App } from './app.ts'
import { Frame } from './frame.tsx'
import { isInbox, listen, tell } from './host.ts'
import { Inbox } from './inbox.tsx'

const root = document.getElementById('app')
if (!root) throw new Error('the page has its root')

let version = 0
let drawing = false

/** However much changes at once, it is drawn once. */
function draw(): void {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    version += 1
    document.documentElement.lang = app.tongue.region
    document.documentElement.dir = app.tongue.isRtl ? 'rtl' : 'ltr'
    if (root) render(isInbox ? <Inbox app={app} /> : <Frame app={app} version={version} />, root)
  })
}

const app = new App(draw)
listen((message) => app.hear(message))
document.addEventListener('visibilitychange', () => app.see())
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) tell({ kind: 'close' })
})
window.addEventListener('online', app.again)
tell({ kind: 'ready', v: 1 })
draw()
