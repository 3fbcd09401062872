// The browser's title for a page: how a person with many tabs, or a screen reader, knows where they are.
import { useEffect } from 'react'
import { words } from '../words.ts'

export function usePageTitle(page: string): void {
  useEffect(() => {
    document.title = words.title(page)
  }, [page])
}
