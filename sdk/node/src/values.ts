// What a value may look like: the server's own rules, so that what is signed is accepted.
import { crc32 } from 'node:zlib'

/** What was given cannot be signed, or names no server; the message says what would be right. */
export class InvalidInput extends Error {
  override name = 'InvalidInput'
}

/** Kinds of values, with the number of characters that each has at most. */
const LONGEST = { id: 128, name: 200, email: 254, url: 2000 } as const
export type Kind = keyof typeof LONGEST

/**
 * The value of `field` in the form that is signed: an email trimmed and lower-cased, in ASCII only,
 * because full lower-casing makes two addresses one.
 */
export function value(field: string, text: unknown, kind: Kind): string {
  if (typeof text !== 'string') throw new InvalidInput(`the ${field} must be a string`)
  const found = kind === 'email' ? normalised(text) : text
  if (!found.isWellFormed()) throw new InvalidInput(`the ${field} is not Unicode`)
  if (trimmed(found) === '') throw new InvalidInput(`the ${field} is blank`)
  if ([...found].length > LONGEST[kind]) throw new InvalidInput(`the ${field} is longer than ${LONGEST[kind]} characters`)
  const seen = kind === 'name' ? found.replaceAll(ALLOWED_IN_NAMES, '') : found
  if (UNSEEN.test(seen)) throw new InvalidInput(`the ${field} contains a control or an invisible character`)
  if (kind === 'email') checkEmail(field, found)
  return found
}

/** As `value`, where nothing may be given: `undefined`, `null` and an empty text. */
export function optional(field: string, text: unknown, kind: Kind): string | undefined {
  return text === undefined || text === null || text === '' ? undefined : value(field, text, kind)
}

/**
 * Refuses a text with the shape of a token's signed part. Hashing such an id with a secret that
 * also signs tokens would sign a token that the user wrote.
 */
export function refuseToken(field: string, text: string): string {
  if (/^eyJ[^]*\./.test(text)) throw new InvalidInput(`the ${field} has the shape of a token and is not signed`)
  return text
}

export function checkWidget(widget: unknown): string {
  if (typeof widget === 'string' && /^cs_pk_(live|test)_/.test(widget)) return value('widget', widget, 'id')
  throw new InvalidInput('the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…')
}

/** A secret of ours, whole: its last four bytes are a checksum of the others. */
export function ownSecret(prefix: string, secret: unknown): Buffer {
  const bytes = typeof secret === 'string' && secret.startsWith(prefix) ? bytesOf(secret.slice(prefix.length)) : null
  if (bytes?.length === 36 && crc32(bytes.subarray(0, 32)) === bytes.readUInt32BE(32)) return Buffer.from(secret as string)
  throw new InvalidInput(`the secret must be the whole text ${prefix}… as it was shown, without quotes, spaces or a newline`)
}

/** Our own secret with `prefix`, or the vendor's: 32 to 512 bytes in one line. */
export function vendorSecret(secret: unknown, prefix?: string): Buffer {
  if (typeof secret === 'string' && secret.startsWith('cs_')) {
    if (prefix && secret.startsWith(prefix)) return ownSecret(prefix, secret)
    throw new InvalidInput('this secret begins with cs_ and is made for another use')
  }
  const bytes = typeof secret === 'string' && !/\p{Cc}|^[ "']|[ "']$/u.test(secret) ? Buffer.from(secret) : null
  if (bytes && bytes.length >= 32 && bytes.length <= 512) return bytes
  throw new InvalidInput('the secret must be 32 to 512 bytes in one line, as it was shown, without quotes, spaces or a newline')
}

/** The 32 bytes of a secret that is decoded. */
export function hexSecret(secret: unknown): Buffer {
  if (typeof secret === 'string' && /^[0-9a-f]{64}$/i.test(secret)) return Buffer.from(secret, 'hex')
  throw new InvalidInput('the secret must be 64 hexadecimal digits')
}

/** Reads base64url in its one spelling: no padding, no spare bits, no other alphabet. */
export function bytesOf(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

function checkEmail(field: string, email: string): void {
  const [local, domain, more] = email.split('@')
  if (!local || !domain || more !== undefined || SPACE.test(email)) throw new InvalidInput(`the ${field} is not an email address`)
  if (/[^\0-\x7f]/.test(domain)) throw new InvalidInput(`the domain of the ${field} is not in ASCII; write it in its xn-- form`)
}

function normalised(email: string): string {
  return trimmed(email).replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

function trimmed(text: string): string {
  return text.replaceAll(/^\p{White_Space}+|\p{White_Space}+$/gu, '')
}

const SPACE = /\p{White_Space}/u

/** Controls, marks of direction, fillers and everything else that shows nothing. */
const UNSEEN = /[\p{Cc}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{2800}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u

/** What a name may have of these: emoji, Persian and Indic scripts need it. */
const ALLOWED_IN_NAMES = /(?<=[^\0-\x7f\u{200c}\u{200d}])[\u{200c}\u{200d}](?=[^\0-\x7f\u{200c}\u{200d}])|[\u{fe00}-\u{fe0f}]/gu
