// Which layout fits the window.
import { useSyncExternalStore } from 'react'

export const WIDE = '(min-width: 1240px)'
export const PHONE = '(max-width: 719px)'

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}
