// Retiring a key: now, or from a date on, which can be moved and taken back.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { IdentitySecret } from '../../contract.ts'
import { Confirm } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { ago } from '../../ui/time.tsx'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'
import { percent } from './coverage.tsx'

const say = words.identity
const DAY = 86_400_000

type When = 'date' | 'now' | 'never'
type RetireProps = { widget: string; secret: IdentitySecret; only: boolean; onClose: () => void }

export function Retire({ widget, secret, only, onClose }: RetireProps) {
  const cache = useQueryClient()
  const [when, setWhen] = useState<When>(secret.retire_at || secret.share > 0 ? 'date' : 'now')
  const [date, setDate] = useState(localDate(secret.retire_at ? new Date(secret.retire_at) : new Date(Date.now() + 7 * DAY)))
  const retire = useMutation<unknown, Error>({
    mutationFn: () => (when === 'now' ? api.retireSecret(widget, secret.id) : api.scheduleSecret(widget, secret.id, when === 'date' ? midnight(date) : null)),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queries.secrets(widget).queryKey })
      onClose()
      tell(say.retireTold[when])
    },
  })
  const choices: When[] = secret.retire_at ? ['date', 'now', 'never'] : ['date', 'now']
  return (
    <Confirm
      open
      onOpen={onClose}
      title={say.retireTitle(secret.kid)}
      text={<Stakes secret={secret} only={only} />}
      confirm={say.retireConfirm[when]}
      danger={when === 'now'}
      ready={when !== 'date' || date >= tomorrow()}
      busy={retire.isPending}
      error={retire.error}
      onConfirm={() => retire.mutate()}
    >
      <fieldset className="radios">
        <legend className="hidden-visually">{say.retireWhen}</legend>
        {choices.map((one) => (
          <label key={one}>
            <input type="radio" name="when" checked={when === one} onChange={() => setWhen(one)} />
            <span>
              <strong>{say.retireChoices[one]}</strong>
              <span className="field-hint">{say.retireChoicesHelp[one]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {when === 'date' && <TextField type="date" label={say.retireDate} value={date} min={tomorrow()} required onChange={(event) => setDate(event.target.value)} />}
    </Confirm>
  )
}

/** What would be lost today. */
function Stakes({ secret, only }: { secret: IdentitySecret; only: boolean }) {
  return (
    <>
      {secret.last_used_at ? say.retireUsed(ago(new Date(secret.last_used_at), new Date()), percent(secret.share)) : say.retireUnused} {only && say.retireOnly}
    </>
  )
}

const localDate = (at: Date) => `${at.getFullYear()}-${`${at.getMonth() + 1}`.padStart(2, '0')}-${`${at.getDate()}`.padStart(2, '0')}`
const tomorrow = () => localDate(new Date(Date.now() + DAY))
/** The day begins where the person is who chooses it. */
const midnight = (date: string) => new Date(`${date}T00:00:00`).toISOString()
