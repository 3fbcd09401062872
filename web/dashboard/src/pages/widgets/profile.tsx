// The format of the proof: chosen here, never guessed.
import { Check } from 'lucide-react'
import { useState } from 'react'
import type { ProfileName, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { words } from '../../words.ts'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.identity
const NAMES: ProfileName[] = ['countersign', 'woes-jwt', 'woes-hmac', 'notificationapi', 'fogbender']

export function ProfileSection({ widget }: { widget: Widget }) {
  const [chosen, setChosen] = useState<ProfileName>(widget.profile)
  const [asking, setAsking] = useState(false)
  const mayManage = useMay('widgets.manage')
  const save = useSave(widget.id, say.profileChanged)
  const shown = say.profiles[chosen]
  return (
    <Section title={say.profile} lead={say.profileHelp}>
      <div className="profiles">
        <div className="profile-names" role="group" aria-label={say.profile}>
          {NAMES.map((name) => (
            <button key={name} type="button" className="profile-name" aria-pressed={chosen === name} onClick={() => setChosen(name)}>
              <span>{say.profiles[name].label}</span>
              {widget.profile === name && (
                <span className="in-use">
                  <Check size={13} aria-hidden="true" /> {say.current}
                </span>
              )}
            </button>
          ))}
        </div>
        <div className="profile-facts" aria-live="polite">
          <p>
            <strong>{shown?.lead}</strong>
          </p>
          <dl>
            {shown?.facts.map(([name, fact]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{fact}</dd>
              </div>
            ))}
          </dl>
          {mayManage && chosen !== widget.profile && (
            <Button look="primary" onClick={() => setAsking(true)}>
              {say.profileChange}
            </Button>
          )}
        </div>
      </div>
      <Confirm
        open={asking}
        onOpen={setAsking}
        title={say.profileTitle(shown?.label ?? chosen)}
        text={say.profileText}
        confirm={say.profileChange}
        busy={save.isPending}
        error={save.error}
        onConfirm={() => save.mutate({ profile: chosen }, { onSuccess: () => setAsking(false) })}
      />
    </Section>
  )
}
