// Where an address leads nowhere, and where a page broke.
import { useRouter } from '@tanstack/react-router'
import { CircleAlert, Compass } from 'lucide-react'
import { Problem, told, Unreachable } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/states.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { words } from '../words.ts'

export function NotFound() {
  usePageTitle(words.errors.notFoundTitle)
  return (
    <main className="lost">
      <Empty
        icon={<Compass size={22} />}
        title={words.errors.notFoundTitle}
        action={
          <a className="button button-plain" href="/dashboard/inbox">
            {words.errors.toInbox}
          </a>
        }
      >
        {words.errors.notFound}
      </Empty>
    </main>
  )
}

export function Crashed({ error }: { error: unknown }) {
  const router = useRouter()
  usePageTitle(words.errors.title)
  const known = error instanceof Problem || error instanceof Unreachable
  const { text, reference } = known ? told(error) : { text: words.errors.crashed, reference: null }
  return (
    <main className="lost" role="alert">
      <Empty
        icon={<CircleAlert size={22} />}
        title={words.errors.title}
        action={
          <Button onClick={() => (known ? void router.invalidate() : location.reload())}>
            {known ? words.common.retry : words.errors.reload}
          </Button>
        }
      >
        {text}
        {reference && <code className="reference">{words.common.reference(reference)}</code>}
      </Empty>
    </main>
  )
}
