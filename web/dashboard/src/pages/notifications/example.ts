// Parameters to try a type with.

/** The object that a text of JSON is; nothing is an empty one. */
export function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** The same with a word for each merge tag that has no value: `order.day` becomes `{"order":{"day":"day"}}`. */
export function withExamples(parameters: Record<string, unknown>, missing: string[]): Record<string, unknown> {
  const filled = structuredClone(parameters)
  for (const path of missing) put(filled, path.split('.'))
  return filled
}

/** What stands in the way of a path is a value already, and is left alone. */
function put(into: Record<string, unknown>, [name = '', ...rest]: string[]): void {
  if (name === '__proto__') return
  if (!Object.hasOwn(into, name)) into[name] = rest.length === 0 ? name : {}
  const inner = into[name]
  if (rest.length > 0 && isRecord(inner)) put(inner, rest)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
