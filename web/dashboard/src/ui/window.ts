// Draws only the rows of a long list that can be seen: all rows have one height.
import { type RefObject, useEffect, useState } from 'react'

const SPARE = 8

export type Shown = { from: number; to: number }

export function shownRows(top: number, height: number, row: number, count: number): Shown {
  const from = Math.max(0, Math.floor(top / row) - SPARE)
  const to = Math.min(count, Math.ceil((top + height) / row) + SPARE)
  return { from: Math.min(from, count), to }
}

export function useWindow(box: RefObject<HTMLElement | null>, row: number, count: number): Shown {
  const [shown, setShown] = useState<Shown>({ from: 0, to: Math.min(count, 30) })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => {
      const next = shownRows(element.scrollTop, element.clientHeight, row, count)
      setShown((old) => (old.from === next.from && old.to === next.to ? old : next))
    }
    look()
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [box, row, count])
  return shown
}

/** Keeps row `index` in sight, scrolling no further than it must. */
export function reveal(box: HTMLElement | null, row: number, index: number): void {
  if (!box || index < 0) return
  const top = index * row
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + row > box.scrollTop + box.clientHeight) box.scrollTop = top + row - box.clientHeight
}
