//! The place to write: Enter sends, Shift+Enter begins a new line.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Box } from './box.ts'
import { Icon } from './icons.tsx'
import type { Words } from './words.ts'

/** Characters of a message at most, as the server counts them. */
const MOST = 10_000
/** From here on it is said how many are left. */
const FEW = 500

export function Composer({ box, words }: { box: Box; words: Words }) {
  const thread = box.thread()
  const [text, setText] = useState(thread.written)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => fit(field.current), [text])
  const left = MOST - length(text)
  const isGood = left >= 0 && text.trim() !== ''

  const write = (written: string) => {
    thread.written = written
    setText(written)
    if (written.trim()) box.say()
  }
  const send = () => {
    if (!isGood) return
    setText('')
    box.send(text)
    field.current?.focus()
  }
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send() }}>
      <div class="field">
        <textarea
          ref={field} rows={1} dir={text ? 'auto' : undefined} enterkeyhint="send" value={text}
          aria-label={words.message} aria-invalid={left < 0} placeholder={words.write}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        <button type="submit" class="send" disabled={!isGood} aria-label={words.send}><Icon of="send" /></button>
      </div>
      {left < FEW && <p class={left < 0 ? 'left over' : 'left'} role="status">{left < 0 ? words.over(-left) : words.left(left)}</p>}
    </form>
  )
}

/** Characters, not units of UTF-16; only near the end does it matter. */
const length = (text: string) => (text.length <= MOST - FEW ? text.length : [...text].length)

/** As high as its text, where the browser does not do that itself. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
