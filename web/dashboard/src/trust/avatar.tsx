// A person's initials with the seal of their trust on the corner.
import type { Trust } from '../contract.ts'
import { SealIcon } from '../ui/icons.tsx'
import './trust.css'

type AvatarProps = { name: string | null; seed: string; trust?: Trust; flagged?: boolean; size?: number }

export function Avatar({ name, seed, trust, flagged = false, size = 36 }: AvatarProps) {
  return (
    <span className={`avatar hue-${hue(seed)} ${flagged ? 'avatar-flagged' : ''}`} style={{ inlineSize: size, blockSize: size, fontSize: size * 0.36 }} aria-hidden="true">
      {initials(name)}
      {(trust || flagged) && (
        <span className={`avatar-seal ${flagged ? 'trust-ink-flag' : `trust-ink-${trust}`}`}>
          <SealIcon kind={flagged ? 'flag' : (trust ?? 'anonymous')} size={Math.max(14, size * 0.42)} />
        </span>
      )}
    </span>
  )
}

export function initials(name: string | null): string {
  const parts = (name ?? '').trim().split(/[\s@.]+/u).filter(Boolean)
  if (parts.length === 0) return '?'
  const first = [...(parts[0] ?? '')][0] ?? ''
  const last = parts.length > 1 && !name?.includes('@') ? ([...(parts[parts.length - 1] ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

function hue(seed: string): number {
  let sum = 0
  for (const letter of seed) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997
  return sum % 6
}
