// Where a reply is written: the draft is kept, the visitor sees that someone types, and trust is in sight.
import { SendHorizontal } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { api } from '../../api/routes.ts'
import type { Contact, Conversation } from '../../contract.ts'
import { draftOf, keepDraft } from '../../live/drafts.ts'
import { useLive } from '../../live/live.tsx'
import { contradicts } from '../../trust/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { SealIcon } from '../../ui/icons.tsx'
import { useMay } from '../../ui/me.ts'
import { words } from '../../words.ts'
import { conversationName } from '../contacts/names.ts'

const say = words.thread
export const LONGEST = 10_000
const TELL_TYPING_EVERY = 3_000

type ComposerProps = {
  conversation: Conversation
  contact: Contact | undefined
  field: RefObject<HTMLTextAreaElement | null>
  onReopen?: () => void
  busy: boolean
}

export function Composer(props: ComposerProps) {
  const may = useMay('conversations.reply')
  if (!may) return <p className="composer-closed">{say.mayNotReply}</p>
  if (props.conversation.state === 'closed') return <Closed {...props} />
  return <Writing {...props} />
}

function Closed({ onReopen, busy }: ComposerProps) {
  return (
    <div className="composer-closed">
      <p>
        <strong>{say.closed}</strong> <span className="muted">{say.closedHelp}</span>
      </p>
      {onReopen && (
        <Button size="small" onClick={onReopen} busy={busy}>
          {say.reopen}
        </Button>
      )}
    </div>
  )
}

function Writing({ conversation, contact, field }: ComposerProps) {
  const { outbox } = useLive()
  const [text, setText] = useState(() => draftOf(conversation.id))
  const tellTyping = useTellTyping(conversation.id)
  useHeight(field, text)
  const length = [...text.trim()].length
  const left = LONGEST - length

  const write = (next: string) => {
    setText(next)
    keepDraft(conversation.id, next)
    if (next.trim() !== '') tellTyping()
  }
  const send = () => {
    if (length === 0 || left < 0) return
    outbox.send(conversation.id, text.trim())
    setText('')
    keepDraft(conversation.id, '')
    field.current?.focus()
  }
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') return event.currentTarget.blur()
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Caution conversation={conversation} contact={contact} />
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          aria-label={say.reply}
          aria-describedby="composer-hint"
          aria-invalid={left < 0 || undefined}
          placeholder={say.placeholder(conversationName(conversation))}
          onChange={(event) => write(event.target.value)}
          onKeyDown={pressed}
        />
        <div className="composer-foot">
          <span id="composer-hint" className="muted">
            {left > 1_000 ? say.hint : <span className={left < 0 ? 'over' : ''}>{left < 0 ? say.over(-left) : say.left(left)}</span>}
          </span>
          <Button type="submit" look="primary" size="small" disabled={length === 0 || left < 0}>
            {say.send} <SendHorizontal size={14} aria-hidden="true" />
          </Button>
        </div>
      </div>
    </form>
  )
}

/** Who the reply goes to, as far as it is proven, where the eye is while writing. */
function Caution({ conversation, contact }: Pick<ComposerProps, 'conversation' | 'contact'>) {
  const { trust } = conversation.contact
  if (contradicts(contact)) {
    return (
      <p className="caution trust-ink-flag">
        <SealIcon kind="flag" size={15} /> {words.trust.flag.composer}
      </p>
    )
  }
  if (trust !== 'claimed' && trust !== 'anonymous') return null
  return (
    <p className={`caution trust-ink-${trust}`}>
      <SealIcon kind={trust} size={15} /> {words.trust.composer[trust]} {words.trust.levels[trust].advice}
    </p>
  )
}

function useTellTyping(conversation: string): () => void {
  const last = useRef(0)
  return () => {
    const now = Date.now()
    if (now - last.current < TELL_TYPING_EVERY) return
    last.current = now
    api.typing(conversation).catch(() => {
      // Nobody misses a typing dot; the reply itself reports its errors.
    })
  }
}

function useHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  const fit = () => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, 220)}px`
  }
  useLayoutEffect(fit, [text])
  useEffect(() => {
    addEventListener('resize', fit)
    return () => removeEventListener('resize', fit)
  }, [])
}
