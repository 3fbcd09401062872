//! The frame: it greets the page, opens the session, and shows the conversations.
import type { ToFrame } from '@countersign/protocol/frame'
import { render } from 'preact'
import { call, Refused } from './api.ts'
import { Box, NEW } from './box.ts'
import { answered, listen, publicKey, tell } from './host.ts'
import { Insecure, Session, type Config } from './session.ts'
import { Thread } from './thread.tsx'
import { wordsFor } from './words.ts'

type Hello = Extract<ToFrame, { kind: 'hello' }>
type Trouble = { words: string; reference: string | null; again: boolean }

const root = document.getElementById('app')!
let hello: Hello | null = null
let config: Config | null = null
let session: Session | null = null
let box: Box | null = null
let trouble: Trouble | null = null
let listed = false
let version = 0
let tongue = wordsFor(null)

listen((message) => {
  switch (message.kind) {
    case 'hello':
      hello = message
      tongue = wordsFor(message.locale)
      look(message.mode)
      void begin()
      break
    case 'identity':
      answered(message.request, message.value, message.failed)
      break
    case 'identify':
      if (hello) hello = { ...hello, identity: true }
      void restart()
      break
    case 'open':
      if (hello) hello = { ...hello, open: message.open }
      box?.show(message.open)
      if (message.open) document.querySelector('textarea')?.focus()
      draw()
      break
    case 'mode':
      look(message.mode)
      break
    case 'shutdown':
      void end()
  }
})
tell({ kind: 'ready', v: 1 })
document.addEventListener('visibilitychange', () => box?.show(!document.hidden && Boolean(hello?.open)))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tell({ kind: 'close' })
})
draw()

async function begin(): Promise<void> {
  if (!hello) return
  trouble = null
  draw()
  try {
    config ??= await call<Config>('GET', `/widget/v1/config?widget=${encodeURIComponent(publicKey)}`, undefined, null, null)
    paint(config.appearance.accent)
    document.title = config.appearance.title
    session = new Session(config, { identity: hello.identity, visitor: hello.visitor, keepVisitor: hello.keepVisitor })
    await session.open()
    box = new Box(session, draw)
    box.shown = hello.open
    await box.start()
  } catch (error) {
    fail(error)
  }
  draw()
}

async function restart(): Promise<void> {
  box?.stop()
  box = null
  await session?.shutdown()
  await begin()
}

async function end(): Promise<void> {
  box?.stop()
  box = null
  await session?.shutdown()
  session = null
  draw()
  tell({ kind: 'gone' })
}

function fail(error: unknown): void {
  const { words } = tongue
  if (error instanceof Refused && error.problem.status === 401) {
    trouble = { words: words.refused, reference: error.problem.request_id, again: false }
  } else if (error instanceof Insecure) {
    trouble = { words: words.insecure, reference: null, again: false }
  } else {
    const reference = error instanceof Refused ? error.problem.request_id : null
    trouble = { words: words.trouble, reference, again: true }
  }
  const code = error instanceof Refused ? error.problem.code : error instanceof Insecure ? 'insecure_ancestor' : 'unreachable'
  tell({ kind: 'error', code, reference: trouble.reference, words: trouble.words })
}

function look(mode: 'light' | 'dark' | null): void {
  if (mode) document.documentElement.dataset.mode = mode
  else delete document.documentElement.dataset.mode
}

/** The accent, with the text colour that can be read on it. */
function paint(accent: string): void {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16) / 255) as [number, number, number]
  const linear = (part: number) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const style = document.documentElement.style
  style.setProperty('--accent', accent)
  style.setProperty('--on-accent', 1.05 / (light + 0.05) >= 4.5 ? '#fff' : '#10131a')
}

function draw(): void {
  version += 1
  document.documentElement.lang = tongue.language
  document.documentElement.dir = tongue.rtl ? 'rtl' : 'ltr'
  render(<Frame />, root)
}

function Frame() {
  const { words, language } = tongue
  const many = (box?.conversations.length ?? 0) > 0
  const title = config?.appearance.title ?? ''
  return (
    <main>
      <header class="bar">
        {box && many && !listed && (
          <button type="button" class="icon" aria-label={words.back} onClick={() => { listed = true; draw() }}>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M4 6h16M4 12h16M4 18h10" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></svg>
          </button>
        )}
        <h1 dir="auto">{listed ? words.conversations : title}</h1>
        <button type="button" class="icon" aria-label={words.close} onClick={() => tell({ kind: 'close' })}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></svg>
        </button>
      </header>
      {trouble ? <Sorry trouble={trouble} /> : !box?.ready ? (
        <div class="log"><div class="skeleton" aria-label={words.loading} role="status"><i /><i /><i /></div></div>
      ) : listed ? (
        <List box={box} />
      ) : (
        <Thread box={box} words={words} language={language} greeting={config?.appearance.greeting ?? ''} version={version} />
      )}
    </main>
  )
}

function List({ box }: { box: Box }) {
  const { words, language } = tongue
  const choose = (id: string) => {
    listed = false
    box.choose(id)
  }
  return (
    <div class="log list">
      <ul>
        {box.conversations.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => choose(one.id)}>
              <span class="preview" dir="auto">{one.preview?.text ?? words.start}</span>
              <span class="when">{new Date(one.last_message_at ?? one.created_at).toLocaleDateString(language, { day: 'numeric', month: 'short' })}</span>
              {one.unread > 0 && <span class="count">{one.unread}</span>}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="main wide" onClick={() => choose(NEW)}>{words.start}</button>
    </div>
  )
}

function Sorry({ trouble }: { trouble: Trouble }) {
  const { words } = tongue
  return (
    <div class="sorry" role="alert">
      <svg viewBox="0 0 24 24" width="36" height="36" aria-hidden="true"><path d="M12 3 4 6v6c0 4.5 3.2 7.6 8 9 4.8-1.4 8-4.5 8-9V6z" fill="none" stroke="currentColor" stroke-width="1.6" /><path d="M12 8v5m0 3v.1" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></svg>
      <p>{trouble.words}</p>
      {trouble.reference && <p class="reference">{words.reference} <code>{trouble.reference}</code></p>}
      {trouble.again && <button type="button" class="main" onClick={() => void begin()}>{words.retry}</button>}
    </div>
  )
}
