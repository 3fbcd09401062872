// A labelled control with its hint and its error, tied together for screen readers.
import { Switch as RadixSwitch } from 'radix-ui'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { CircleAlert } from 'lucide-react'
import { words } from '../words.ts'

type Common = { label: string; hint?: ReactNode; error?: string | null; optional?: boolean; hideLabel?: boolean }

function Frame({ id, label, hint, error, optional, hideLabel, children }: Common & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'hidden-visually' : 'field-label'}>
        {label}
        {optional && <span className="field-optional"> {words.common.optional}</span>}
      </label>
      {children}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p className="field-error" id={`${id}-error`} aria-live="polite">
        {error && (
          <>
            <CircleAlert size={14} aria-hidden="true" /> {error}
          </>
        )}
      </p>
    </div>
  )
}

const described = (id: string, hint: ReactNode, error: string | null | undefined) =>
  [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined

export function TextField({ label, hint, error, optional, hideLabel, className = '', ...rest }: Common & ComponentProps<'input'>) {
  const made = useId()
  const id = rest.id ?? made
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null} optional={optional ?? false} hideLabel={hideLabel ?? false}>
      <input
        type="text"
        {...rest}
        id={id}
        className={`input ${className}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  )
}

export function TextArea({ label, hint, error, optional, hideLabel, className = '', ...rest }: Common & ComponentProps<'textarea'>) {
  const made = useId()
  const id = rest.id ?? made
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null} optional={optional ?? false} hideLabel={hideLabel ?? false}>
      <textarea
        {...rest}
        id={id}
        className={`input textarea ${className}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, hint, error)}
      />
    </Frame>
  )
}

type SwitchProps = { label: string; hint: ReactNode; checked: boolean; busy?: boolean; onChange: (on: boolean) => void }

export function Switch({ label, hint, checked, busy = false, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className="switch-row">
      <div>
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      </div>
      <RadixSwitch.Root
        id={id}
        className="switch"
        checked={checked}
        disabled={busy}
        onCheckedChange={onChange}
        aria-describedby={`${id}-hint`}
      >
        <RadixSwitch.Thumb className="switch-thumb" />
      </RadixSwitch.Root>
    </div>
  )
}
