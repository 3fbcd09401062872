// A secret's only appearance: the dialog stays until the person says that it is stored.
import { useState } from 'react'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { SecretText } from './copy.tsx'
import { Dialog } from './dialog.tsx'

type ShownOnceProps = { title: string; text: string; secret: string; note: string | null; onDone: () => void }

export function ShownOnce({ title, text, secret, note, onDone }: ShownOnceProps) {
  const [stored, setStored] = useState(false)
  return (
    <Dialog open onOpen={(open) => !open && stored && onDone()} sticky title={title} lead={text}>
      <div className="stack">
        <SecretText text={secret} label={title} />
        {note && <p className="field-hint mono">{note}</p>}
        <label className="check">
          <input type="checkbox" checked={stored} onChange={(event) => setStored(event.target.checked)} />
          {words.identity.stored}
        </label>
        <footer className="dialog-foot">
          <Button look="primary" disabled={!stored} onClick={onDone}>
            {words.identity.done}
          </Button>
        </footer>
      </div>
    </Dialog>
  )
}
