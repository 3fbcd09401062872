// Short notices at the edge of the page, read out politely, gone by themselves.
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect, useSyncExternalStore } from 'react'
import { words } from '../words.ts'

type Notice = { id: number; text: string; tone: 'good' | 'danger' }

let notices: readonly Notice[] = []
let spoken = ''
let count = 0
const watchers = new Set<() => void>()

function tell(): void {
  for (const watcher of watchers) watcher()
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** Shows a notice for some seconds. */
export function say(text: string, tone: Notice['tone'] = 'good'): void {
  count += 1
  notices = [...notices.slice(-2), { id: count, text, tone }]
  tell()
}

/** Reads a sentence to screen readers without showing it. */
export function announce(text: string): void {
  spoken = spoken === text ? `${text}\u00a0` : text
  tell()
}

function dismiss(id: number): void {
  notices = notices.filter((notice) => notice.id !== id)
  tell()
}

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices)
  const voice = useSyncExternalStore(subscribe, () => spoken)
  return (
    <>
      <div className="hidden-visually" role="status" aria-live="polite">
        {voice}
      </div>
      <div className="toasts" role="status" aria-live="polite">
        {shown.map((notice) => (
          <Toast key={notice.id} notice={notice} />
        ))}
      </div>
    </>
  )
}

function Toast({ notice }: { notice: Notice }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(notice.id), notice.tone === 'danger' ? 10_000 : 5_000)
    return () => clearTimeout(timer)
  }, [notice])
  const Icon = notice.tone === 'danger' ? CircleAlert : CircleCheck
  return (
    <div className={`toast toast-${notice.tone}`}>
      <Icon size={16} aria-hidden="true" />
      <span>{notice.text}</span>
      <button type="button" className="icon-button" aria-label={words.common.close} onClick={() => dismiss(notice.id)}>
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  )
}
