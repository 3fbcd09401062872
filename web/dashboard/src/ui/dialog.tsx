// Dialogs: one to do something in, one that asks before something is done, one that slides in from the side.
import { AlertDialog, Dialog as Radix } from 'radix-ui'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { ErrorNote } from './states.tsx'

type DialogProps = {
  open: boolean
  onOpen: (open: boolean) => void
  title: string
  lead?: ReactNode
  children: ReactNode
  /** A dialog whose content would be lost for ever is not closed by a stray click or Escape. */
  sticky?: boolean
  side?: boolean
}

export function Dialog({ open, onOpen, title, lead, children, sticky = false, side = false }: DialogProps) {
  const hold = (event: Event) => sticky && event.preventDefault()
  return (
    <Radix.Root open={open} onOpenChange={onOpen}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={side ? 'sheet' : 'dialog'}
          onEscapeKeyDown={hold}
          onInteractOutside={hold}
          {...(lead ? {} : { 'aria-describedby': undefined })}
        >
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            {!sticky && (
              <Radix.Close className="icon-button" aria-label={words.common.close}>
                <X size={16} aria-hidden="true" />
              </Radix.Close>
            )}
          </header>
          {lead && <Radix.Description className="dialog-lead">{lead}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type ConfirmProps = {
  open: boolean
  onOpen: (open: boolean) => void
  title: string
  text: ReactNode
  confirm: string
  busy: boolean
  error: unknown
  onConfirm: () => void
  danger?: boolean
  /** False while something that must be typed first is missing. */
  ready?: boolean
  children?: ReactNode
}

export function Confirm({ open, onOpen, title, text, confirm, busy, error, onConfirm, danger = true, ready = true, children }: ConfirmProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpen}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
          <AlertDialog.Description className="dialog-lead">{text}</AlertDialog.Description>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (ready) onConfirm()
            }}
          >
            {children}
            {error ? <ErrorNote error={error} /> : null}
            <footer className="dialog-foot">
              <AlertDialog.Cancel asChild>
                <Button>{words.common.cancel}</Button>
              </AlertDialog.Cancel>
              <Button type="submit" look={danger ? 'danger' : 'primary'} busy={busy} disabled={!ready}>
                {confirm}
              </Button>
            </footer>
          </form>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
