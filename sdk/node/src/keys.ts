// The published keys of a server: fetched, believed for a while, each with exactly one algorithm.
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import { bytesOf } from './values.ts'
import { Refused } from './refused.ts'

/** The server's keys cannot be had: this says nothing about the token. Answer 503. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable'
}

/** A public key with its one algorithm, whatever a token says. */
export interface PublicKey {
  answersTo(algorithm: string): boolean
  verifies(message: string, signature: Buffer): boolean
}

// Milliseconds.
const FRESH = 5 * 60_000 // then they are fetched again, as the server's max-age says
const STALE = 60 * 60_000 // so long they are believed while the server cannot be reached
const RETRY = 10_000 // between two fetches, whatever unknown kid comes
const TIMEOUT = 5_000
const LONGEST_SET = 64 * 1024

/** Holds the keys. One fetch serves everybody who waits for it. */
export class KeySet {
  readonly #url: string
  #keys = new Map<string, PublicKey>()
  #fetched = -Infinity
  #tried = -Infinity
  #fault: Error | undefined
  #flight: Promise<void> | undefined

  constructor(url: string) {
    this.#url = url
  }

  /** The key that is called `kid`; fetches the keys if they are old or `kid` is unknown. */
  async find(kid: string): Promise<PublicKey> {
    const known = this.#keys.get(kid)
    if (known && Date.now() - this.#fetched < FRESH) return known
    if (!this.#flight && Date.now() - this.#tried >= RETRY) {
      this.#tried = Date.now()
      this.#flight = this.#refresh()
    }
    await this.#flight
    return this.#settled(kid)
  }

  #settled(kid: string): PublicKey {
    const key = this.#keys.get(kid)
    if (key && Date.now() - this.#fetched < STALE) return key
    if (this.#fault) throw new KeysUnavailable(`the server's keys cannot be had from ${this.#url}`, { cause: this.#fault })
    throw new Refused('unknown_key', 'kid is no key of this server')
  }

  async #refresh(): Promise<void> {
    try {
      this.#keys = readKeys(await download(this.#url))
      this.#fetched = Date.now()
      this.#fault = undefined
    } catch (fault) {
      this.#fault = fault instanceof Error ? fault : new Error(String(fault))
    } finally {
      this.#flight = undefined
    }
  }
}

/** Follows no redirect: keys come from the server that was named, or not at all. */
async function download(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) })
  if (response.status !== 200) throw new Error(`it answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    if ((length += chunk.length) > LONGEST_SET) throw new Error(`it answered more than ${LONGEST_SET} bytes`)
  }
  return Buffer.concat(chunks).toString()
}

/** Reads a JWK Set. Keys of kinds that this library does not know are passed over. */
function readKeys(json: string): Map<string, PublicKey> {
  const set: unknown = JSON.parse(json)
  const list = isObject(set) ? set.keys : undefined
  if (!Array.isArray(list)) throw new Error('it answered no JWK Set')
  const keys = new Map<string, PublicKey>()
  for (const jwk of list) {
    const key = isObject(jwk) ? readKey(jwk) : undefined
    if (!key) continue
    if (keys.has(key.kid)) throw new Error(`two keys are called ${JSON.stringify(key.kid)}`)
    keys.set(key.kid, key)
  }
  if (keys.size === 0) throw new Error('it has no key of RS256, ES256 or Ed25519')
  return keys
}

type Verifies = (message: Buffer, signature: Buffer) => boolean

function readKey(jwk: Record<string, unknown>): (PublicKey & { kid: string }) | undefined {
  const { kid, use = 'sig', alg } = jwk
  const [algorithm, verifies] = readNumbers(jwk) ?? []
  if (typeof kid !== 'string' || kid === '' || use !== 'sig' || !algorithm || !verifies) return undefined
  const answersTo = (name: unknown) => name === algorithm || (algorithm === 'Ed25519' && name === 'EdDSA')
  if (alg !== undefined && !answersTo(alg)) return undefined
  return { kid, answersTo, verifies: (message, signature) => verifies(Buffer.from(message), signature) }
}

function readNumbers(jwk: Record<string, unknown>): [algorithm: string, verifies: Verifies] | undefined {
  const { kty, crv } = jwk
  if (kty === 'RSA') {
    const key = imported(jwk, 'n', 'e')
    const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
    const exponent = key?.asymmetricKeyDetails?.publicExponent ?? 0n
    return key && bits >= 2048 && bits <= 8192 && exponent > 1n ? ['RS256', (message, signature) => verify('sha256', message, key, signature)] : undefined
  }
  if (kty === 'EC' && crv === 'P-256') {
    const key = imported(jwk, 'x', 'y')
    return key && ['ES256', (message, signature) => signature.length === 64 && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)]
  }
  if (kty === 'OKP' && crv === 'Ed25519') {
    const key = imported(jwk, 'x')
    return key && ['Ed25519', (message, signature) => signature.length === 64 && verify(null, message, key, signature)]
  }
  return undefined
}

/** The key of these numbers and of nothing else that the JWK may hold. */
function imported(jwk: Record<string, unknown>, ...numbers: string[]): KeyObject | undefined {
  const only: Record<string, unknown> = { kty: jwk.kty, crv: jwk.crv }
  for (const name of numbers) {
    const number = jwk[name]
    if (typeof number !== 'string' || !bytesOf(number)) return undefined
    only[name] = number
  }
  try {
    return createPublicKey({ key: only as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
