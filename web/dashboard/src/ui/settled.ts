import { useEffect, useRef, useState } from 'react'

/** The value after it has stood still for a moment: a search a word, not a search a letter. */
export function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value)
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

