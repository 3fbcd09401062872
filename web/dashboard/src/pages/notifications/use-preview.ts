// What the server's own engine makes of a draft, a moment after the writing has paused.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../../api/problem.ts'
import { queries } from '../../api/queries.ts'
import type { Draft, FieldError, Preview } from '../../contract.ts'
import { useSettled } from '../../ui/settled.ts'
import { words } from '../../words.ts'
import { NO_TEXTS } from './settings-in.ts'

const PAUSE = 300

export type Previewed = {
  /** The last that worked. */
  shown: Preview | null
  /** What is written now is no template. */
  wrong: Flaws
  /** Nothing was made of what is written now, whatever the reason. */
  stale: boolean
  /** The server could not be asked, or failed. */
  failed: unknown
  retry: () => void
}

/** What is wrong with a text, by the name of its field in the form. */
export type Flaws = Partial<Record<string, string>>

/** `null`: what is written cannot be asked about. */
export function usePreview(draft: Draft | null): Previewed {
  const settled = useSettled(JSON.stringify(draft), PAUSE)
  const asked: Draft | null = JSON.parse(settled)
  const query = useQuery({ ...queries.preview(asked ?? { title: '', templates: NO_TEXTS, parameters: {} }), enabled: asked !== null })
  const [shown, setShown] = useState<Preview | null>(null)
  if (asked && query.data && query.data !== shown) setShown(query.data)
  const wrong = flawsOf(query.error)
  return {
    shown,
    wrong,
    stale: draft === null || query.isError,
    failed: Object.keys(wrong).length > 0 ? null : query.error,
    retry: () => void query.refetch(),
  }
}

/** The fields of the form that the server has refused. */
export function flawsOf(error: unknown): Flaws {
  const errors: FieldError[] = error instanceof Problem ? error.errors : []
  return Object.fromEntries(errors.map(({ field, line, column, detail }) => [field.replace(/^templates\./, ''), words.writing.place(line, column, detail)]))
}
