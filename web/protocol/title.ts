//! A notification's title: a little markup, read without the browser's parser, which the policy forbids.
//!
//! What is not known markup is left out or stands as text; nothing of it can become an element.

export type Run = { text: string; strong: boolean; em: boolean }

const TAG = /<!--[^]*?(?:-->|$)|<(script|style)\b[^]*?(?:<\/\1\s*>|$)|<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/gi
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }
const STRONG = /^(b|strong)$/i
const EM = /^(i|em)$/i
const BREAK = /^(br|p|div|li|tr|h[1-6])$/i

/** The pieces of a title, each in one type. */
export function runs(html: string): Run[] {
  const found: Run[] = []
  let strong = 0
  let em = 0
  let last = 0
  const put = (text: string) => {
    if (text) found.push({ text: decoded(text), strong: strong > 0, em: em > 0 })
  }
  for (const match of html.matchAll(TAG)) {
    put(html.slice(last, match.index))
    last = match.index + match[0].length
    const [, , end, tag] = match
    if (!tag) continue
    const by = end ? -1 : 1
    if (STRONG.test(tag)) strong = Math.max(0, strong + by)
    else if (EM.test(tag)) em = Math.max(0, em + by)
    else if (BREAK.test(tag)) put('\n')
  }
  put(html.slice(last))
  return found
}

export function plain(html: string): string {
  return runs(html).map(({ text }) => text).join('').replace(/\s+/g, ' ').trim()
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[String(name).toLowerCase()] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
