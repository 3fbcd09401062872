// The seals that say how far someone is who they say. Shape tells them apart without colour.
import type { ReactNode } from 'react'

type Seal = 'jwt' | 'hmac' | 'claimed' | 'anonymous' | 'set' | 'inferred' | 'flag'

const scallop =
  'M8 .9l1.7 1.25 2.1-.05.6 2.02 1.73 1.2L13.4 7.3l.73 1.98-1.73 1.2-.6 2.02-2.1-.05L8 13.7l-1.7-1.25-2.1.05-.6-2.02-1.73-1.2L2.6 7.3l-.73-1.98 1.73-1.2.6-2.02 2.1.05z'

const shapes: Record<Seal, ReactNode> = {
  // A full seal with a tick: everything is proven.
  jwt: (
    <>
      <path d={scallop} fill="currentColor" transform="translate(0 .7)" />
      <path d="M5.2 8.2l2 2 3.6-4" fill="none" stroke="var(--seal-cut)" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  // The outline of the seal with a hash: one thing is proven.
  hmac: (
    <>
      <path d={scallop} fill="none" stroke="currentColor" strokeWidth="1.4" transform="translate(0 .7)" strokeLinejoin="round" />
      <path d="M7.1 5.4l-.7 5.2M9.6 5.4l-.7 5.2M5.5 7.1h5.2M5.2 8.9h5.2" fill="none" stroke="currentColor" strokeWidth="1.1" strokeLinecap="round" />
    </>
  ),
  // A speech bubble: somebody said so.
  claimed: (
    <>
      <path d="M2.2 3.6h11.6v7.2H7.6L4.4 13.4v-2.6H2.2z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
      <path d="M6.1 9V7.6c0-.9.3-1.4 1-1.7M9.2 9V7.6c0-.9.3-1.4 1-1.7" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
    </>
  ),
  // A broken ring: nobody.
  anonymous: <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.6 1.8" />,
  set: (
    <path d="M3 13l.7-3L10.6 3.1a1.2 1.2 0 011.7 0l.6.6a1.2 1.2 0 010 1.7L6 12.3z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
  ),
  inferred: (
    <path d="M3 11.5l3.2-3.4 2.4 1.8L13 4.8M13 4.8H9.9M13 4.8v3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" strokeDasharray="2.4 1.6" />
  ),
  // An octagon with a bang: stop.
  flag: (
    <>
      <path d="M5.3 1.6h5.4l3.8 3.8v5.2l-3.8 3.8H5.3l-3.8-3.8V5.4z" fill="currentColor" />
      <path d="M8 4.6v4.2" stroke="var(--seal-cut)" strokeWidth="1.8" strokeLinecap="round" />
      <circle cx="8" cy="11.3" r="1" fill="var(--seal-cut)" />
    </>
  ),
}

export function SealIcon({ kind, size = 16 }: { kind: Seal; size?: number }) {
  return (
    <svg className="seal-icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      {shapes[kind]}
    </svg>
  )
}

/** The product's mark: one tick answered by another. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--mark)" />
      <path d="m7 16.5 4.6 4.7 9-10.2" fill="none" stroke="#fff" strokeWidth="2.8" strokeLinecap="round" strokeLinejoin="round" />
      <path d="m15.4 21.2 9-10.2" fill="none" stroke="#57d2a7" strokeWidth="2.8" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
