// What a format proves, what it leaves said, and what to know before it is trusted.
import { ExternalLink, TriangleAlert } from 'lucide-react'
import type { Format, Formats, FormatMode } from '../../contract.ts'
import { SealIcon } from '../../ui/icons.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { words } from '../../words.ts'

const say = words.formats

export function FormatFacts({ format }: { format: Format }) {
  return (
    <>
      <h3>{format.title}</h3>
      <p className="format-lead">{say.proves(format.proves)}</p>
      {format.modes.map((mode) => (
        <Mode key={mode.mode} mode={mode} alone={format.modes.length === 1} keys={format.public_keys} />
      ))}
      {format.limits && (
        <p className="note note-warn">
          <TriangleAlert size={15} aria-hidden="true" />
          <span>
            <Sentence text={format.limits} />
          </span>
        </p>
      )}
      {format.inferred.length > 0 && (
        <div className="format-inferred">
          <p>{say.inferred}</p>
          <ul className="consequences">
            {format.inferred.map((clause) => (
              <li key={clause}>
                <Sentence text={clause} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {format.docs && (
        <a href={format.docs} target="_blank" rel="noreferrer" className="format-docs">
          {say.docs(format.vendor)} <ExternalLink size={13} aria-hidden="true" />
        </a>
      )}
    </>
  )
}

function Mode({ mode, alone, keys }: { mode: FormatMode; alone: boolean; keys: string[] }) {
  return (
    <section className="format-mode" aria-label={say.modes[mode.mode]}>
      {!alone && <h4>{say.modes[mode.mode]}</h4>}
      <dl>
        <Fact name={say.field}>
          <code>{mode.proof_field}</code>
        </Fact>
        {mode.algorithms.length === 0 ? <Fact name={say.sealed}>{say.seals}</Fact> : <Fact name={say.algorithms}>{mode.mode === 'hmac' ? say.hmac : mode.algorithms.join(', ')}</Fact>}
        <Fact name={say.proven}>
          <Names of={mode.proven} seal={mode.mode} />
        </Fact>
        {mode.leaves_said.length > 0 && (
          <Fact name={say.said}>
            <Names of={mode.leaves_said} seal="claimed" />
          </Fact>
        )}
        <Fact name={say.expires}>{mode.lifetime ? say.lifetime(mode.lifetime) : mode.mode === 'hmac' ? say.never : say.asItSays}</Fact>
        {mode.mode === 'jwt' && <Fact name={say.keys}>{keyForms(mode, keys)}</Fact>}
      </dl>
    </section>
  )
}

function keyForms({ shares_secrets }: FormatMode, keys: string[]): string {
  if (keys.length === 0) return say.sharedOnly
  return shares_secrets ? say.sharedOrPublic : say.publicOnly
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Names({ of, seal }: { of: string[]; seal: 'jwt' | 'hmac' | 'claimed' }) {
  const known: Partial<Record<string, string>> = words.contacts.fieldNames
  return (
    <ul className="format-fields">
      {of.map((name) => (
        <li key={name} className={`trust trust-${seal}`}>
          <SealIcon kind={seal} size={13} /> {known[name] ?? name}
        </li>
      ))}
    </ul>
  )
}

export function RefusedFacts({ format }: { format: Formats['refused'][number] }) {
  const why: Partial<Record<string, string>> = say.why
  return (
    <>
      <h3>{format.vendor}</h3>
      <p className="format-lead">{why[format.why] ?? words.identity.notAccepted}</p>
      <p>
        <Sentence text={format.reason} />
      </p>
    </>
  )
}
