// What somebody pasted, as the `identity` object that a page sends.
import type { Presented } from '../../contract.ts'
import { words } from '../../words.ts'

const say = words.explain
const MOST = 16_384

type Read = { presented: Presented; error: null } | { presented: null; error: string }

/** A token alone goes into `tokenField`; an object may also be the whole body of the widget's call. */
export function presentedIn(pasted: string, tokenField: string | null): Read {
  const text = pasted.trim()
  if (text === '') return wrong(say.errors.empty)
  if (text.length > MOST) return wrong(say.errors.long)
  if (!text.startsWith('{')) {
    const isToken = /^[\w-]+\.[\w-]*\.[\w.-]*$/.test(text)
    if (!isToken) return wrong(say.errors.form)
    return tokenField ? { presented: { [tokenField]: text }, error: null } : wrong(say.errors.noToken)
  }
  const value = parsed(text)
  const inner = isObject(value) && isObject(value.identity) ? value.identity : value
  return isPresented(inner) ? { presented: inner, error: null } : wrong(value === undefined ? say.errors.json : say.errors.values)
}

const wrong = (error: string): Read => ({ presented: null, error })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isTexts = (value: unknown): value is Record<string, string> => isObject(value) && Object.values(value).every((one) => typeof one === 'string')
const isPresented = (value: unknown): value is Presented => isObject(value) && Object.values(value).every((one) => typeof one === 'string' || isTexts(one))
