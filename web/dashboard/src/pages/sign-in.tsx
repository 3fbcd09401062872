// The sign-in: refused without saying why, paused with a countdown when it was tried too often.
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Clock, Eye, EyeOff } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Problem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { api } from '../api/routes.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { Mark } from '../ui/icons.tsx'
import { ErrorNote } from '../ui/states.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { words } from '../words.ts'
import './sign-in.css'

const route = getRouteApi('/sign-in')
const say = words.signIn

type Missing = { email?: string; password?: string }

export function SignInPage() {
  usePageTitle(say.title)
  const { ended } = route.useSearch()
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <header>
          <Mark size={40} />
          <h1>{words.product}</h1>
          <p className="muted">{ended ? say.ended : say.lead}</p>
        </header>
        <SignInForm />
      </div>
    </main>
  )
}

function SignInForm() {
  const enter = useEnter()
  const [error, setError] = useState<unknown>(null)
  const [missing, setMissing] = useState<Missing>({})
  const [busy, setBusy] = useState(false)
  const [until, setUntil] = useState<number | null>(null)
  const form = useRef<HTMLFormElement>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const email = String(data.get('email') ?? '').trim()
    const password = String(data.get('password') ?? '')
    const lacks = missingOf(email, password)
    setMissing(lacks)
    if (lacks.email || lacks.password) return focusOn(form.current, lacks.email ? 'email' : 'password')
    setBusy(true)
    setError(null)
    try {
      await enter(email, password)
    } catch (failure) {
      const locked = failure instanceof Problem && failure.status === 429
      if (locked) setUntil(Date.now() + (failure.retryAfter ?? 30) * 1_000)
      else setError(failure)
      setBusy(false)
      focusOn(form.current, 'password')
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="stack">
      <TextField label={say.email} name="email" type="email" autoComplete="username" inputMode="email" autoFocus error={missing.email ?? null} />
      <PasswordField error={missing.password ?? null} />
      {until !== null && <Locked until={until} onOver={() => setUntil(null)} />}
      {error !== null && <Refused error={error} />}
      <Button type="submit" look="primary" busy={busy} disabled={until !== null}>
        {busy ? say.submitting : say.submit}
      </Button>
    </form>
  )
}

function useEnter() {
  const cache = useQueryClient()
  const router = useRouter()
  const { next } = route.useSearch()
  return async (email: string, password: string) => {
    const me = await api.signIn(email, password)
    cache.clear()
    cache.setQueryData(queries.me().queryKey, me)
    router.history.push(router.options.basepath + (next ?? '/inbox'))
  }
}

function PasswordField({ error }: { error: string | null }) {
  const [shown, setShown] = useState(false)
  return (
    <div className="password">
      <TextField label={say.password} name="password" type={shown ? 'text' : 'password'} autoComplete="current-password" error={error} />
      <IconButton label={shown ? say.hide : say.show} aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? <EyeOff size={16} aria-hidden="true" /> : <Eye size={16} aria-hidden="true" />}
      </IconButton>
    </div>
  )
}

function Refused({ error }: { error: unknown }) {
  if (!(error instanceof Problem && error.code === 'sign_in_refused')) return <ErrorNote error={error} />
  return (
    <div className="note note-danger" role="alert">
      <p>
        <strong>{say.refused}</strong> {say.refusedHelp}
      </p>
    </div>
  )
}

function Locked({ until, onOver }: { until: number; onOver: () => void }) {
  const [left, setLeft] = useState(() => secondsTo(until))
  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(secondsTo(until))
      if (secondsTo(until) === 0) onOver()
    }, 250)
    return () => clearInterval(timer)
  }, [until, onOver])
  return (
    <div className="note note-warn" role="alert">
      <Clock size={16} aria-hidden="true" />
      <p>
        <strong>{say.locked}.</strong> {say.lockedHelp} <span className="countdown" role="timer" aria-live="off">{minutes(left)}</span>
      </p>
    </div>
  )
}

function missingOf(email: string, password: string): Missing {
  const lacks: Missing = {}
  if (email === '') lacks.email = say.emailMissing
  else if (!/^\S+@\S+$/.test(email)) lacks.email = say.emailBad
  if (password === '') lacks.password = say.passwordMissing
  return lacks
}

function focusOn(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.focus()
}

function secondsTo(moment: number): number {
  return Math.max(0, Math.ceil((moment - Date.now()) / 1_000))
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
