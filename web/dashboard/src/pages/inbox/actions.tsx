// Assigning, closing and reopening a conversation: shown at once, taken back if the server refuses.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, CheckCheck, ChevronDown, RotateCcw, UserRoundPlus } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { told } from '../../api/problem.ts'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Conversation } from '../../contract.ts'
import { putConversation } from '../../live/wire.ts'
import { initials } from '../../trust/avatar.tsx'
import { Button, Tip } from '../../ui/button.tsx'
import { useMay, useMe } from '../../ui/me.ts'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'

const say = words.thread

type Change = { state?: 'open' | 'closed'; assignee?: string | null }
type Person = { id: string; name: string }
type Asked = { change: Change; shown: Conversation; told?: string }

/** Changes follow one another, each shown at once: two keys pressed quickly are both obeyed. */
export function useChange(conversation: Conversation) {
  const cache = useQueryClient()
  const me = useMe().member
  const may = useMay('conversations.manage')
  const mutationKey = ['change', conversation.id]
  const mutation = useMutation({
    mutationKey,
    scope: { id: mutationKey.join(' ') },
    mutationFn: ({ change }: Asked) => api.changeConversation(conversation.id, change),
    onMutate: ({ shown }) => putConversation(cache, me.id, shown),
    onSuccess: (fresh, { told: text }) => {
      const last = cache.isMutating({ mutationKey }) === 1
      if (last) putConversation(cache, me.id, fresh)
      if (text) tell(text)
    },
    onError: (error) => {
      void cache.invalidateQueries({ queryKey: queries.conversation(conversation.id).queryKey })
      void cache.invalidateQueries({ queryKey: ['conversations'] })
      tell(told(error).text, 'danger')
    },
  })
  const state = conversation.state === 'open' ? ('closed' as const) : ('open' as const)
  return {
    may,
    busy: mutation.isPending,
    toggle: () => {
      if (!may) return
      const text = state === 'closed' ? say.closedNow : say.reopenedNow
      mutation.mutate({ change: { state }, shown: { ...conversation, state }, told: text })
    },
    assign: (to: Person | null) => {
      if (!may) return
      mutation.mutate({ change: { assignee: to?.id ?? null }, shown: { ...conversation, assignee: to } })
    },
  }
}

type ActionProps = { conversation: Conversation; change: ReturnType<typeof useChange> }

export function StateButton({ conversation, change }: ActionProps) {
  const open = conversation.state === 'open'
  return (
    <Tip text={open ? say.close : say.reopen} keys="e">
      <Button size="small" onClick={change.toggle}>
        {open ? <CheckCheck size={15} aria-hidden="true" /> : <RotateCcw size={15} aria-hidden="true" />}
        <span className="action-word">{open ? say.close : say.reopen}</span>
      </Button>
    </Tip>
  )
}

type AssignProps = ActionProps & { open: boolean; onOpen: (open: boolean) => void }

export function AssignMenu({ conversation, change, open, onOpen }: AssignProps) {
  const me = useMe().member
  const members = useQuery(queries.members()).data?.items ?? []
  const others = members.filter((member) => member.id !== me.id)
  const assignee = conversation.assignee
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpen}>
      <DropdownMenu.Trigger asChild>
        <Button size="small">
          {assignee ? <Face name={assignee.name} /> : <UserRoundPlus size={15} aria-hidden="true" />}
          <span className="action-word truncate">
            {assignee && <span className="hidden-visually">{say.assignedTo} </span>}
            {assignee ? assignee.name : say.assign}
          </span>
          <ChevronDown size={14} aria-hidden="true" className="menu-chevron" />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.Label className="menu-label">{say.assignTo}</DropdownMenu.Label>
          <Choice on={assignee?.id === me.id} name={`${me.name} (${say.toMe.toLowerCase()})`} onChoose={() => change.assign(me)} />
          <Choice on={assignee === null} name={say.unassigned} onChoose={() => change.assign(null)} />
          {others.length > 0 && <div className="menu-line" />}
          {others.map((member) => (
            <Choice key={member.id} on={assignee?.id === member.id} name={member.name} onChoose={() => change.assign(member)} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Choice({ on, name, onChoose }: { on: boolean; name: string; onChoose: () => void }) {
  return (
    <DropdownMenu.CheckboxItem className="menu-item" checked={on} onSelect={onChoose}>
      <Face name={name} />
      <span className="truncate">{name}</span>
      {on && <Check size={15} className="menu-check" aria-hidden="true" />}
    </DropdownMenu.CheckboxItem>
  )
}

function Face({ name }: { name: string }) {
  return (
    <span className="face" aria-hidden="true">
      {initials(name)}
    </span>
  )
}
