// The parameters that previews and tests are made with, and what is missing among them.
import { TriangleAlert } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { ErrorNote } from '../../ui/states.tsx'
import { words } from '../../words.ts'
import { objectIn, withExamples } from './example.ts'
import type { Previewed } from './use-preview.ts'

const say = words.writing

type ExampleProps = { text: string; onText: (text: string) => void; texts: string[]; previewed: Previewed }

export function Example({ text, onText, texts, previewed: { shown, failed, stale, retry } }: ExampleProps) {
  const parameters = objectIn(text)
  const missing = stale ? [] : (shown?.missing ?? [])
  const notes = stale ? [] : (shown?.notes ?? [])
  return (
    <div className="example">
      <TextArea
        label={say.example}
        hint={say.exampleHelp}
        rows={Math.min(12, Math.max(3, text.split('\n').length))}
        className="mono"
        spellCheck={false}
        value={text}
        error={parameters ? null : say.exampleBad}
        onChange={(event) => onText(event.target.value)}
      />
      <div className="example-notes" aria-live="polite">
        {parameters && missing.length > 0 && (
          <div className="note note-warn example-missing">
            <TriangleAlert size={16} aria-hidden="true" />
            <p>
              {say.missing} {missing.map((name, index) => <span key={name}>{index > 0 && ', '}<code>{name}</code></span>)}. {say.missingHelp}
            </p>
            <Button size="small" onClick={() => onText(JSON.stringify(withExamples(parameters, missing, texts), null, 2))}>
              {say.addMissing}
            </Button>
          </div>
        )}
        {notes.map((note) => (
          <p key={note} className="note">
            {note.charAt(0).toUpperCase() + note.slice(1)}.
          </p>
        ))}
      </div>
      {failed ? (
        <>
          <ErrorNote error={failed} />
          <Button size="small" onClick={retry}>
            {say.previewAgain}
          </Button>
        </>
      ) : null}
    </div>
  )
}
