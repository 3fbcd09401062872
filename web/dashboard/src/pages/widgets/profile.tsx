// The format of the proof: whosever it is, chosen here and never guessed.
import { useQuery } from '@tanstack/react-query'
import { Ban, Check, Search } from 'lucide-react'
import { useId, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Format, Formats, Widget } from '../../contract.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/dialog.tsx'
import { useMay } from '../../ui/me.ts'
import { ErrorNote, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { FormatFacts, RefusedFacts } from './format-facts.tsx'
import { useSave } from './save.ts'
import { Section } from './settings.tsx'

const say = words.identity

export function ProfileSection({ widget }: { widget: Widget }) {
  const query = useQuery(queries.formats())
  return (
    <Section title={say.profile} lead={say.profileHelp}>
      {query.isPending && <Skeleton rows={5} />}
      {query.isError && <ErrorNote error={query.error} />}
      {query.data && <Chooser widget={widget} formats={query.data} />}
    </Section>
  )
}

function Chooser({ widget, formats }: { widget: Widget; formats: Formats }) {
  const [chosen, setChosen] = useState(widget.profile)
  const [text, setText] = useState('')
  const format = formats.profiles.find(({ name }) => name === chosen)
  const refused = formats.refused.find(({ name }) => name === chosen)
  return (
    <div className="formats">
      <div className="formats-choice">
        <div className="formats-search">
          <Search size={15} aria-hidden="true" />
          <input className="input" type="search" value={text} aria-label={say.formatSearch} placeholder={say.formatSearch} autoComplete="off" spellCheck={false} onChange={(event) => setText(event.target.value)} />
        </div>
        <Names formats={matching(formats, text)} chosen={chosen} inUse={widget.profile} onChoose={setChosen} />
      </div>
      <div className="format-facts" aria-live="polite">
        {format && <FormatFacts format={format} />}
        {refused && <RefusedFacts format={refused} />}
        {format && format.name !== widget.profile && <Use widget={widget} format={format} />}
      </div>
    </div>
  )
}

/** Those whose vendor, title or proof's field has the text. */
export function matching({ profiles, refused }: Formats, text: string): Formats {
  const wanted = text.trim().toLowerCase()
  const has = (...all: string[]) => all.some((one) => one.toLowerCase().includes(wanted))
  return {
    profiles: profiles.filter(({ name, title, modes }) => has(name, title, ...modes.map((mode) => mode.proof_field))),
    refused: refused.filter(({ name, vendor }) => has(name, vendor)),
  }
}

type NamesProps = { formats: Formats; chosen: string; inUse: string; onChoose: (name: string) => void }

/** One stop for the keyboard, in which the arrows choose. */
function Names({ formats, chosen, inUse, onChoose }: NamesProps) {
  const group = useId()
  const { profiles, refused } = formats
  const choice = (name: string, title: string, mark: React.ReactNode) => (
    <label key={name} className="format-name">
      <input type="radio" name={group} checked={chosen === name} onChange={() => onChoose(name)} />
      <span className="truncate">{title}</span>
      {mark}
    </label>
  )
  return (
    <div className="format-names" role="radiogroup" aria-label={say.profile}>
      {profiles.map(({ name, title }) => choice(name, title, name === inUse && <InUse />))}
      {refused.length > 0 && <p className="format-group">{say.notAccepted}</p>}
      {refused.map(({ name, vendor }) => choice(name, vendor, <Ban size={13} className="format-ban" aria-hidden="true" />))}
      {profiles.length + refused.length === 0 && <p className="muted format-none">{say.formatNone}</p>}
    </div>
  )
}

function InUse() {
  return (
    <span className="in-use">
      <Check size={13} aria-hidden="true" /> {say.current}
    </span>
  )
}

function Use({ widget, format }: { widget: Widget; format: Format }) {
  const [asking, setAsking] = useState(false)
  const save = useSave(widget.id, say.profileChanged)
  if (!useMay('widgets.manage')) return null
  return (
    <>
      <Button look="primary" onClick={() => setAsking(true)}>
        {say.profileChange}
      </Button>
      <Confirm
        open={asking}
        onOpen={setAsking}
        title={say.profileTitle(format.title)}
        text={say.profileText}
        confirm={say.profileChange}
        busy={save.isPending}
        error={save.error}
        onConfirm={() => save.mutate({ profile: format.name }, { onSuccess: () => setAsking(false) })}
      />
    </>
  )
}
