// Whether a contact in a list contradicts a proven id. A conversation does not say it, so the contact is asked,
// and only for the trusts that can be flagged at all.
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { ConversationContact } from '../../contract.ts'
import { contradicts } from '../../trust/banner.tsx'

export function useKnownFlag({ id, trust }: Pick<ConversationContact, 'id' | 'trust'>): boolean {
  const canBe = trust === 'claimed' || trust === 'hmac'
  return contradicts(useQuery({ ...queries.contact(id), enabled: canBe, staleTime: 5 * 60_000 }).data)
}
