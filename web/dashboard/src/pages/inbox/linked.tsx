// The text of a message with its web addresses made into links: text nodes only, http and https only.
import type { ReactNode } from 'react'

const ADDRESS = /https?:\/\/[^\s<>"']+/gu
const TAIL = /[.,;:!?)\]}'"»”]+$/u

export type Piece = { text: string; href: string | null }

export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TAIL, '')
    const href = webAddress(address)
    if (!href) continue
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null })
    found.push({ text: address, href })
    at = match.index + address.length
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null })
  return found
}

export function Linked({ text }: { text: string }): ReactNode {
  return pieces(text).map((piece, index) =>
    piece.href ? (
      <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
        {piece.text}
      </a>
    ) : (
      piece.text
    ),
  )
}

function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
}
