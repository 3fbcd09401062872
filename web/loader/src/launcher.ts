//! What the page shows: the button, the badge, and the box around the frame.
import type { Look } from '@countersign/protocol/frame'
import { sheet } from './look.ts'
import type { Options } from './options.ts'
import { words } from './words.ts'

/** What the visitor sees, and how the rest moves it. */
export interface Launcher {
  frame: HTMLIFrameElement
  /** The button is there from when the frame has answered, and so is the keyboard's way into it. */
  reveal(seen: boolean): void
  open(open: boolean): void
  mode(mode: Look): void
  unread(count: number): void
  remove(): void
}

export function launcher(
  url: string,
  language: string,
  options: Options,
  toggle: (open: boolean) => void,
): Launcher {
  const [chat, unread] = words(language)
  const host = make('countersign-widget')
  const root = host.attachShadow({ mode: 'open' })
  const frame = make('iframe')
  const button = make('button')
  const badge = make('span')
  const status = make('p')
  let opened = false
  let waiting = 0
  let before: (Element & { focus?(): void }) | null

  root.adoptedStyleSheets = [sheet()]
  root.append(frame, button, status)
  button.append(badge)
  badge.ariaHidden = 'true'
  status.role = 'status'
  frame.title = chat
  frame.allow = 'clipboard-write'
  frame.referrerPolicy = 'no-referrer'
  frame.src = url
  reveal(false)
  button.onclick = () => toggle(!opened)
  host.onkeydown = (event) => {
    if (event.key === 'Escape') toggle(false) // answering false here would cancel every key
  }
  host.className = options.position ?? ''
  document.documentElement.append(host) // outlives a body that the page replaces

  function draw(): void {
    const words = waiting && !opened ? `${unread}: ${waiting}` : ''
    host.toggleAttribute('open', opened)
    button.ariaExpanded = `${opened}`
    button.ariaLabel = chat + (words && `, ${words}`)
    status.textContent = words
    badge.textContent = words && `${waiting}`
  }

  function reveal(seen: boolean): void {
    // Chromium may send no key to a frame that was focused before its page had come.
    frame.inert = !seen
    button.hidden = !seen || options.launcher === false
    if (seen && opened && document.activeElement === before) frame.focus()
  }

  return {
    frame,
    reveal,
    open(open) {
      const inside = root.activeElement === frame
      if (open) before = document.activeElement
      opened = open
      draw()
      if (open) frame.focus()
      else if (inside) (button.hidden ? before : button)?.focus?.()
    },
    mode(mode) {
      host.style.colorScheme = mode ?? ''
    },
    unread(count) {
      waiting = count
      draw()
    },
    remove: () => host.remove(),
  }
}

function make<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name]
function make(name: string): HTMLElement
function make(name: string): HTMLElement {
  return document.createElement(name)
}
