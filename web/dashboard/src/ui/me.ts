// Who is signed in and what they may do.
import { createContext, use } from 'react'
import type { Me } from '../contract.ts'

export const MeContext = createContext<Me | null>(null)

export function useMe(): Me {
  const me = use(MeContext)
  if (!me) throw new Error('useMe stands outside of the shell')
  return me
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission)
}
