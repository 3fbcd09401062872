//! What the page shows: the button, the badge, and the box around the frame.
import type { Look } from '@countersign/protocol/frame'
import { sheet } from './look.ts'
import { words } from './words.ts'

/** What the visitor sees, and how the rest moves it. */
export interface Launcher {
  frame: HTMLIFrameElement
  /** The frame has answered: the button may be seen. */
  reveal(seen: boolean): void
  open(open: boolean): void
  mode(mode: Look): void
  unread(count: number): void
  remove(): void
}

const CHAT = 'M12 3C6.5 3 2 6.6 2 11c0 2.4 1.3 4.5 3.4 6L5 21l4.4-2.3c.8.2 1.7.3 2.6.3 5.5 0 10-3.6 10-8s-4.5-8-10-8Z'
const CROSS = 'm6 9 6 6 6-6'

export function launcher(
  url: string,
  locale: string,
  about: { button: boolean; left: boolean },
  toggle: (open: boolean) => void,
): Launcher {
  const host = document.createElement('countersign-widget')
  const root = host.attachShadow({ mode: 'open' })
  const say = words(locale)
  const frame = make('iframe')
  const button = make('button')
  const badge = make('span')
  const status = make('p')
  const icon = drawing()
  let opened = false
  let waiting = 0
  let before: Element | null = null

  root.adoptedStyleSheets = [sheet()]
  host.className = about.left ? 'left' : ''
  frame.title = say.title
  frame.allow = 'clipboard-write'
  frame.referrerPolicy = 'no-referrer'
  frame.src = url
  button.type = 'button'
  button.hidden = true
  status.setAttribute('role', 'status')
  badge.setAttribute('aria-hidden', 'true')
  button.append(icon.image, badge)
  button.onclick = () => toggle(!opened)
  root.append(frame, button, status)
  root.addEventListener('keydown', (event) => {
    if (event instanceof KeyboardEvent && event.key === 'Escape') toggle(false)
  })
  describe()
  document.body.append(host)

  function describe(): void {
    const unread = waiting && !opened ? `${say.unread}: ${waiting}` : ''
    button.ariaExpanded = String(opened)
    button.ariaLabel = (opened ? say.close : say.open) + (unread && `, ${unread}`)
    badge.textContent = unread && (waiting > 99 ? '99+' : String(waiting))
    status.textContent = unread
    icon.draw(opened ? CROSS : CHAT)
  }

  return {
    frame,
    reveal(seen) {
      button.hidden = !seen || !about.button
    },
    open(open) {
      if (open === opened) return
      opened = open
      const inside = root.activeElement === frame
      if (open) before = document.activeElement
      host.toggleAttribute('open', open)
      describe()
      if (open) frame.focus()
      else if (inside && !button.hidden) button.focus()
      else if (inside && before instanceof HTMLElement) before.focus()
    },
    mode(mode) {
      host.style.colorScheme = mode ?? ''
    },
    unread(count) {
      waiting = count
      describe()
    },
    remove() {
      host.remove()
    },
  }
}

function make<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  return document.createElement(name)
}

function drawing(): { image: SVGElement; draw(line: string): void } {
  const space = 'http://www.w3.org/2000/svg'
  const image = document.createElementNS(space, 'svg')
  const path = document.createElementNS(space, 'path')
  image.setAttribute('viewBox', '0 0 24 24')
  image.setAttribute('aria-hidden', 'true')
  image.append(path)
  return { image, draw: (line) => path.setAttribute('d', line) }
}
