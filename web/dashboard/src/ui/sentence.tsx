// A clause of the server as a sentence: a capital, a full stop, and `names` in type of their own.

export function asSentence(clause: string): string {
  const text = clause.trim()
  if (text === '') return ''
  const first = text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(first) ? first : `${first}.`
}

export function Sentence({ text }: { text: string }) {
  return asSentence(text)
    .split('`')
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))
}
