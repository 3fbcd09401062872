// How trust is said: what is proven, what was only said, what a member set.
import type { Provenance, Trust } from '../contract.ts'

type Say = { label: string; how: string; short: string; sentences: string; then: string; advice: string }

const levels: Record<Trust, Say> = {
  jwt: {
    label: 'Proven',
    how: 'signed token',
    short: 'Proven by a signed token',
    sentences: 'Your server proved who this is with a signed token. The browser cannot change it.',
    then: 'Proven by your server’s signed token when the session began in which this was written. The browser cannot change it.',
    advice: 'You can act on this identity.',
  },
  hmac: {
    label: 'Proven',
    how: 'HMAC',
    short: 'Proven by an HMAC',
    sentences:
      'Your server vouched for this identifier with a keyed hash, which a browser cannot make. It has no expiry and covers the identifier alone: the name and company beside it were only said.',
    then: 'Your server had vouched for the identifier with a keyed hash, which a browser cannot make, when this was written.',
    advice: 'You can act on the identifier. Check the rest before you rely on it.',
  },
  claimed: {
    label: 'Said',
    how: 'not proven',
    short: 'Only said by the page',
    sentences:
      'The page said who this is, and nothing proves it. Anyone who opens the page can say the same.',
    then: 'When this was written, nothing proved who wrote it. The page only said so, and anyone could have said the same.',
    advice: 'Do not share account details on the strength of this.',
  },
  anonymous: {
    label: 'Anonymous',
    how: 'no identity',
    short: 'Anonymous visitor',
    sentences: 'Nobody said who this is. The conversation belongs to one browser and to nobody’s account.',
    then: 'When this was written, nobody had said who wrote it.',
    advice: 'Treat this person as a stranger.',
  },
}

const fields: Record<Provenance, { label: string; sentences: string }> = {
  proven: {
    label: 'Proven',
    sentences: 'Your server vouched for this value. No browser can change it, and nothing that a page says replaces it.',
  },
  said: {
    label: 'Said',
    sentences: 'The page sent this value and nobody proved it. Take it as a hint.',
  },
  set: {
    label: 'Set',
    sentences: 'A member of your team wrote this value. It stands beside what is proven and never replaces it.',
  },
  inferred: {
    label: 'Inferred',
    sentences: 'Worked out from other facts, such as a company from an email domain. A hint, not a proof.',
  },
}

export const trustWords = {
  levels,
  fields,
  how: { jwt: 'by signed token', hmac: 'by HMAC' },
  /** Follows the badge's own words for those who hear them. */
  explain: (what: string | null) => (what ? `(${what}): what does this mean?` : ': what does this mean?'),
  provenAt: 'Recorded',
  messageTitle: 'When this message was written',
  change: {
    jwt: 'From here on, proven by a signed token',
    hmac: 'From here on, the identifier is proven by an HMAC',
    claimed: 'From here on, only said by the page, not proven',
    anonymous: 'From here on, anonymous',
  } satisfies Record<Trust, string>,
  flag: {
    label: 'Contradicts a proven id',
    title: 'This is not the proven person',
    titleWeak: 'This may not be the proven person',
    text: (who: string) =>
      `This visitor says to be ${who}, an identity that another contact has proven. This one proved nothing. It may be a customer signed out of your app, or someone pretending.`,
    textWeak: (who: string) =>
      `A signed token proved ${who} before. This visitor came with an HMAC alone, which is weaker and never expires, and was kept apart. It may be a page of yours that was not changed yet, or someone with a leaked hash.`,
    textNobody:
      'This visitor uses an identity that another contact has proven. This one proved nothing. It may be a customer signed out of your app, or someone pretending.',
    advice: 'Share nothing about the account. Ask them to sign in to your app and write from there.',
    find: 'Find the proven contact',
    sentences:
      'The page gave an id or email that belongs to a contact which your server has proven. Because this visitor did not prove as much, they were kept apart and see none of the other’s history.',
    composer: 'This visitor contradicts a proven id. Share nothing about the account.',
  },
  other: (flag: string) => flag.replaceAll('_', ' '),
  composer: {
    claimed: 'Not proven: the page only said who this is.',
    anonymous: 'Anonymous: nobody said who this is.',
  },
}
