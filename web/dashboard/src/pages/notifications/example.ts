// Parameters to try a type with.
import type { Templates } from '../../contract.ts'

/** The object that a text of JSON is; nothing is an empty one. */
export function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** Every text of a type. */
export function textsOf(templates: Templates): string[] {
  return Object.values(templates).flatMap((of) => Object.values(of ?? {})).filter((text) => typeof text === 'string')
}

/**
 * The same with a word for each merge tag that has no value: `order.day` becomes `{"order":{"day":"day"}}`.
 *
 * What a loop of the texts runs over becomes a list of one item, with what the loop asks of it.
 */
export function withExamples(parameters: Record<string, unknown>, missing: string[], texts: string[] = []): Record<string, unknown> {
  const filled = structuredClone(parameters)
  const text = texts.join('\n')
  const loops: Loops = new Map([...text.matchAll(/\bfor\s+(\w+)\s+in\s+([\w.]+)/g)].map(([, item = '', over = '']) => [item, over]))
  for (const path of missing.flatMap((one) => asked(one, text, loops))) put(filled, place(path, loops), path.split('.').at(-1) ?? path)
  return filled
}

/** Names of items, and what each loop runs over. */
type Loops = Map<string, string>

/** The first of a list. */
const FIRST = '0'
/** Loops stand at most two deep. */
const DEEPEST = 2

/** The tag itself, or what is asked of the items of the list that it names. */
function asked(path: string, text: string, loops: Loops, deeper = DEEPEST): string[] {
  const items = [...loops].filter(([, over]) => over === path).map(([item]) => item)
  if (items.length === 0 || deeper === 0) return [path]
  return items.flatMap((item) => {
    const fields = [...text.matchAll(new RegExp(`\\b${item}(?:\\.\\w+)+`, 'g'))].map(([field]) => field)
    return fields.length > 0 ? fields.flatMap((field) => asked(field, text, loops, deeper - 1)) : [item]
  })
}

/** Where a tag's value stands in the parameters. */
function place(path: string, loops: Loops, deeper = DEEPEST): string[] {
  const [first = '', ...rest] = path.split('.')
  const over = loops.get(first)
  return over === undefined || deeper === 0 ? [first, ...rest] : [...place(over, loops, deeper - 1), FIRST, ...rest]
}

/** What stands in the way is a value already, and is left alone. */
function put(into: Record<string, unknown>, [name = '', ...rest]: string[], word: string): void {
  if (name === '__proto__') return
  if (!Object.hasOwn(into, name)) into[name] = rest.length === 0 ? word : rest[0] === FIRST ? [] : {}
  const inner = into[name]
  if (rest.length > 0 && holds(inner)) put(inner, rest, word)
}

function holds(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return holds(value) && !Array.isArray(value)
}
