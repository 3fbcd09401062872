// Who may sign in.
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import { Avatar } from '../../trust/avatar.tsx'
import { useMe } from '../../ui/me.ts'
import { usePageTitle } from '../../ui/page-title.ts'
import { Failed, Skeleton } from '../../ui/states.tsx'
import { words } from '../../words.ts'

const say = words.settings.members

export function MembersPage() {
  usePageTitle(words.settings.tabs.members)
  const me = useMe().member
  const query = useQuery(queries.members())
  return (
    <>
      <p className="tab-lead">{say.lead}</p>
      {query.isPending && <Skeleton kind="row" rows={3} />}
      {query.isError && <Failed title={say.errorTitle} error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <ul className="card people" aria-label={words.settings.tabs.members}>
          {query.data.items.map((member) => (
            <li key={member.id}>
              <Avatar name={member.name} seed={member.id} size={34} />
              <div className="people-who">
                <p className="truncate">
                  <strong>{member.name}</strong>
                  {member.id === me.id && <span className="muted"> ({say.you})</span>}
                </p>
                <p className="muted truncate">{member.email}</p>
              </div>
              <span className="chip">{member.role}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
