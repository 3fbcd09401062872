// What stands where content should be: waiting, empty, or gone wrong.
import { CircleAlert, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { told } from '../api/problem.ts'
import { words } from '../words.ts'
import { Button } from './button.tsx'

export function Skeleton({ rows = 4, kind = 'line' }: { rows?: number; kind?: 'line' | 'row' | 'bubble' | 'card' }) {
  return (
    <div className={`skeletons skeletons-${kind}`} role="status" aria-label={words.common.loading}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={`skeleton skeleton-${kind}`} />
      ))}
    </div>
  )
}

type EmptyProps = { icon: ReactNode; title: string; children: ReactNode; action?: ReactNode }

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <div className="empty-icon" aria-hidden="true">
        {icon}
      </div>
      <h2 className="empty-title">{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  )
}

/** An error in words, with the number to quote. Sits beside what failed. */
export function ErrorNote({ error }: { error: unknown }) {
  const { text, reference } = told(error)
  return (
    <div className="note note-danger" role="alert">
      <CircleAlert size={16} aria-hidden="true" />
      <p>
        {text}
        {reference && <code className="reference">{words.common.reference(reference)}</code>}
      </p>
    </div>
  )
}

/** A whole pane that could not be loaded, with the way to try again. */
export function Failed({ title, error, retry }: { title: string; error: unknown; retry: () => void }) {
  const { text, reference } = told(error)
  return (
    <div className="empty" role="alert">
      <div className="empty-icon empty-icon-danger" aria-hidden="true">
        <CircleAlert size={22} />
      </div>
      <h2 className="empty-title">{title}</h2>
      <p>{text}</p>
      {reference && <code className="reference">{words.common.reference(reference)}</code>}
      <Button onClick={retry}>
        <RotateCw size={14} aria-hidden="true" /> {words.common.retry}
      </Button>
    </div>
  )
}
