// A widget's settings: name, installation, who may show it, who gets in, how it looks.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { Widget } from '../../contract.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Switch, TextField } from '../../ui/field.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { useMay } from '../../ui/me.ts'
import { words } from '../../words.ts'
import { AppearanceSection } from './appearance.tsx'
import { backendExample, type Language } from './examples.ts'
import { Locked } from './locked.tsx'
import { checkOrigin } from './origin.ts'
import { useSave, useWidget } from './save.ts'

const route = getRouteApi('/shell/widgets/$widget')
const say = words.widgets

export function WidgetSettingsPage() {
  const { widget: id } = route.useParams()
  const widget = useWidget(id)
  if (!widget) return null
  return (
    <>
      <InstallSection widget={widget} />
      <Locked>
        <OriginsSection widget={widget} />
        <AccessSection widget={widget} />
        <AppearanceSection key={JSON.stringify(widget.appearance)} widget={widget} />
        <NameSection key={widget.name} widget={widget} />
      </Locked>
    </>
  )
}

export function Section({ title, lead, children, action }: { title: string; lead?: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="card section" aria-label={title}>
      <header className="section-head split-head">
        <div>
          <h2>{title}</h2>
          {lead && <p>{lead}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  )
}

function InstallSection({ widget }: { widget: Widget }) {
  return (
    <Section title={say.install} lead={say.installHelp}>
      <CodeBlock code={widget.snippet} label={say.snippet} />
      <BackEnd widget={widget} />
    </Section>
  )
}

function BackEnd({ widget }: { widget: Widget }) {
  const [language, setLanguage] = useState<Language>('node')
  const format = useQuery(queries.formats()).data?.profiles.find(({ name }) => name === widget.profile)
  const example = backendExample(widget, language)
  return (
    <>
      <div className="split-head">
        <div>
          <h3 className="part-title">{say.backend}</h3>
          <p className="field-hint">{example ? say.backendHelp : say.backendStays(format?.title ?? widget.profile)}</p>
        </div>
        {example && (
          <div className="segments" role="group" aria-label={say.backend}>
            {(['node', 'python'] as const).map((name) => (
              <button key={name} type="button" className="segment" aria-pressed={language === name} onClick={() => setLanguage(name)}>
                {say.languages[name]}
              </button>
            ))}
          </div>
        )}
      </div>
      {example && <CodeBlock code={example} label={say.languages[language]} />}
    </>
  )
}

function OriginsSection({ widget }: { widget: Widget }) {
  const save = useSave(widget.id)
  const [text, setText] = useState('')
  const [error, setError] = useState<string | null>(null)
  const add = (event: FormEvent) => {
    event.preventDefault()
    const check = checkOrigin(text, widget.origins)
    setError(check.error)
    if (check.origin === null) return
    save.mutate({ origins: [...widget.origins, check.origin] }, { onSuccess: () => setText('') })
  }
  return (
    <Section title={say.origins} lead={say.originsHelp}>
      {widget.origins.length === 0 ? (
        <p className="note note-warn">{say.originsNone}</p>
      ) : (
        <ul className="origins">
          {widget.origins.map((origin) => (
            <li key={origin}>
              <code>{origin}</code>
              <IconButton
                label={say.originRemove(origin)}
                disabled={save.isPending}
                onClick={() => save.mutate({ origins: widget.origins.filter((one) => one !== origin) })}
              >
                <X size={15} aria-hidden="true" />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <form className="add-origin" onSubmit={add} noValidate>
        <TextField
          label={say.originLabel}
          hideLabel
          value={text}
          placeholder={say.originPlaceholder}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          error={error}
          onChange={(event) => {
            setText(event.target.value)
            setError(null)
          }}
        />
        <Button type="submit" busy={save.isPending}>
          <Plus size={15} aria-hidden="true" /> {say.originAdd}
        </Button>
      </form>
      {save.error && <ErrorNote error={save.error} />}
    </Section>
  )
}

function AccessSection({ widget }: { widget: Widget }) {
  const save = useSave(widget.id)
  const mayBearer = useMay('protection.lower') || widget.allow_bearer
  return (
    <Section title={say.access}>
      <Switch label={say.anonymous} hint={say.anonymousHelp} checked={widget.anonymous} busy={save.isPending} onChange={(anonymous) => save.mutate({ anonymous })} />
      <Switch label={say.bearer} hint={mayBearer ? say.bearerHelp : `${say.bearerHelp} ${say.bearerNotMay}`} checked={widget.allow_bearer} busy={save.isPending || !mayBearer} onChange={(allow_bearer) => save.mutate({ allow_bearer })} />
      {save.error && <ErrorNote error={save.error} />}
    </Section>
  )
}

function NameSection({ widget }: { widget: Widget }) {
  const save = useSave(widget.id)
  const [name, setName] = useState(widget.name)
  const [error, setError] = useState<string | null>(null)
  const changed = name.trim() !== widget.name
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return setError(say.nameMissing)
    save.mutate({ name: name.trim() })
  }
  return (
    <Section title={say.general}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextField label={say.name} hint={say.nameHelp} value={name} maxLength={80} error={error} onChange={(event) => setName(event.target.value)} />
        {save.error && <ErrorNote error={save.error} />}
        <footer className="section-foot">
          <Button type="submit" look="primary" disabled={!changed} busy={save.isPending}>
            {words.common.save}
          </Button>
        </footer>
      </form>
    </Section>
  )
}
