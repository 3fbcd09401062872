// What is wrong with a proof, in words: by the server's stable name, or that name made readable.
import { words } from '../words.ts'

export function reasonInWords(reason: string): string {
  const known: Partial<Record<string, string>> = words.refusals.reasons
  const said = known[reason]
  if (said) return said
  const plain = reason.replaceAll('_', ' ').trim()
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}
