// Text that is meant to be taken elsewhere: ids, keys, snippets.
import { Check, Copy as CopyIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { say } from './toast.tsx'

export function CopyButton({ text, label = words.common.copy, iconOnly = false }: { text: string; label?: string; iconOnly?: boolean }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2_000)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setDone(true)
    } catch {
      say(words.common.copyFailed, 'danger')
    }
  }
  const word = done ? words.common.copied : label
  const icon = done ? <Check size={14} aria-hidden="true" /> : <CopyIcon size={14} aria-hidden="true" />
  return (
    <Button size="small" look={iconOnly ? 'quiet' : 'plain'} onClick={copy} aria-label={iconOnly ? word : undefined} title={iconOnly ? word : undefined}>
      {icon}
      {!iconOnly && <span aria-live="polite">{word}</span>}
    </Button>
  )
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <figure className="code">
      <figcaption className="code-head">
        <span>{label}</span>
        <CopyButton text={code} />
      </figcaption>
      <pre tabIndex={0} aria-label={label}>
        <code>{code}</code>
      </pre>
    </figure>
  )
}

/** A secret that is shown once: easy to copy, hard to lose by accident. */
export function SecretText({ text, label }: { text: string; label: string }) {
  return (
    <div className="secret">
      <code aria-label={label}>{text}</code>
      <CopyButton text={text} />
    </div>
  )
}
