// Making a secret, shown once; and registering a public key, whose private half stays with the customer.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Problem, told } from '../../api/problem.ts'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Format, IdentitySecret, NewIdentitySecret, SecretMode, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'

const say = words.identity

type NewProps = { widget: Widget; onClose: () => void }

/** Which kinds of shared secret a format can have. */
export function modesOf(format: Format): SecretMode[] {
  return format.modes.filter((mode) => mode.shares_secrets).map(({ mode }) => mode)
}

/** What a shared secret of this mode can sign with, the usual one first. */
export function algorithmsOf(format: Format, mode: SecretMode): string[] {
  const all = format.modes.find((one) => one.mode === mode)?.algorithms ?? []
  return all.filter((name) => !format.public_keys.includes(name))
}

export function CreateSecret({ widget, format, onClose }: NewProps & { format: Format }) {
  const modes = modesOf(format)
  const [mode, setMode] = useState<SecretMode>(modes[0] ?? 'jwt')
  const algorithms = algorithmsOf(format, mode)
  const [algorithm, setAlgorithm] = useState<string>()
  const [brings, setBrings] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const create = useCreate(widget.id)
  const made = create.data
  if (made?.secret) {
    return <ShownOnce title={say.shownTitle} text={say.shownText} secret={made.secret} note={`kid: ${made.kid}`} onDone={onClose} />
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const secret = String(new FormData(event.currentTarget).get('secret') ?? '')
    const missing = brings && secret.trim() === ''
    setError(missing ? say.bringEmpty : null)
    if (missing) return
    create.mutate({ mode, ...(algorithms.length > 1 && { algorithm: algorithm ?? algorithms[0] }), ...(brings && { secret }) }, { onSuccess: () => brings && (tell(say.brought), onClose()) })
  }
  return (
    <Dialog open onOpen={onClose} title={say.createTitle} lead={say.createText}>
      <form onSubmit={submit} noValidate>
        {modes.length > 1 && <Choice legend={say.createMode} name="mode" of={modes} chosen={mode} onChoose={setMode} say={say.createModes} help={say.createModesHelp} />}
        {algorithms.length > 1 && <Choice legend={say.createAlgorithm} name="algorithm" of={algorithms} chosen={algorithm ?? algorithms[0] ?? ''} onChoose={setAlgorithm} />}
        <Choice legend={say.createSource} name="source" of={['make', 'bring'] as const} chosen={brings ? 'bring' : 'make'} onChoose={(one) => setBrings(one === 'bring')} say={say.createSources} help={say.createSourcesHelp} />
        {brings && <TextField label={say.bring} name="secret" type="password" className="mono" autoComplete="off" spellCheck={false} error={error} />}
        {create.error && <ErrorNote error={create.error} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {brings ? say.bringSubmit : say.create}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

type ChoiceProps<One extends string> = { legend: string; name: string; of: readonly One[]; chosen: One; onChoose: (one: One) => void; say?: Record<One, string>; help?: Record<One, string> }

function Choice<One extends string>({ legend, name, of, chosen, onChoose, say, help }: ChoiceProps<One>) {
  return (
    <fieldset className="radios">
      <legend className="field-label">{legend}</legend>
      {of.map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={chosen === one} onChange={() => onChoose(one)} />
          <span>
            <strong>{say?.[one] ?? one}</strong>
            {help && <span className="field-hint">{help[one]}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

export function RegisterKey({ widget, onClose }: NewProps) {
  const create = useCreate(widget.id)
  const [error, setError] = useState<string | null>(null)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const public_key = String(data.get('public_key') ?? '').trim()
    const kid = String(data.get('kid') ?? '').trim()
    const wrong = wrongWith(public_key)
    setError(wrong)
    if (wrong) return
    create.mutate({ public_key, ...(kid ? { kid } : {}) }, { onSuccess: () => (tell(say.registered), onClose()) })
  }
  const refused = create.error instanceof Problem && create.error.status < 500
  return (
    <Dialog open onOpen={onClose} title={say.registerTitle} lead={say.registerText}>
      <form onSubmit={submit} noValidate>
        <TextArea label={say.registerKey} name="public_key" rows={7} className="mono" spellCheck={false} autoComplete="off" placeholder="-----BEGIN PUBLIC KEY-----" error={error ?? (refused ? told(create.error).text : null)} />
        <TextField label={say.registerKid} name="kid" optional hint={say.registerKidHelp} className="mono" spellCheck={false} autoComplete="off" />
        {create.error && !refused ? <ErrorNote error={create.error} /> : null}
        <footer className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {say.registerSubmit}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

/** What is wrong with a pasted key before it is sent: above all, a private one never leaves the page. */
export function wrongWith(key: string): string | null {
  if (key === '') return say.registerEmpty
  if (/PRIVATE KEY|"d"\s*:/.test(key)) return say.registerPrivate
  return null
}

function useCreate(widget: string) {
  const cache = useQueryClient()
  return useMutation<IdentitySecret & { secret?: string | null }, Error, NewIdentitySecret>({
    mutationFn: (secret) => api.createSecret(widget, secret),
    onSuccess: () => void cache.invalidateQueries({ queryKey: queries.secrets(widget).queryKey }),
  })
}
