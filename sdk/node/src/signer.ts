// Identity tokens of the profile `countersign`: what a page's `identity` callback answers.
import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { bytesOf, checkWidget, InvalidInput, optional, ownSecret, value } from './values.ts'

/** A company that a user belongs to. */
export interface Company {
  /** Your own stable id of it, up to 128 characters. */
  id: string
  /** Up to 200 characters. */
  name?: string | null | undefined
}

/**
 * Who is signed in to your application. Read it from your own session, never from the request: a
 * back end that signs whatever id stands in the request signs for everybody.
 */
export interface User {
  /** Your own stable id of the user, up to 128 characters. */
  id: string
  /** Up to 254 characters, the domain in ASCII; signed trimmed and lower-cased. */
  email?: string | null | undefined
  /** Up to 200 characters. */
  name?: string | null | undefined
  company?: Company | null | undefined
}

/** What one token is for. */
export interface TokenOptions {
  /**
   * Binds the token to the browser key with this thumbprint, which the widget hands to your
   * `identity` callback: a copied token is of no use elsewhere.
   */
  jkt?: string | null | undefined
  /** Names this token, up to 128 characters. */
  jti?: string | null | undefined
  /** Seconds, at most 900; 600 if it is not given. */
  lifetime?: number | undefined
}

/** What a signer signs with: the widget's shared secret, or a private key of yours. */
export type SignerOptions =
  | {
      /** The widget's public key, `cs_pk_live_…`. */
      widget: string
      /** The shared secret, `cs_idj_…` as it is shown: not decoded. */
      secret: string
    }
  | {
      /** The widget's public key, `cs_pk_live_…`. */
      widget: string
      /** Your own key of Ed25519 or P-256, in PEM; the widget knows its public half. */
      privateKey: string | KeyObject
      /** The name under which the public half is registered. */
      kid?: string | undefined
    }

/** Seconds that a server accepts at most between `iat` and `exp`. */
export const LONGEST_LIFETIME = 900

const USUAL_LIFETIME = 600

/** Mints identity tokens for one widget. Make one and keep it. */
export class Signer {
  readonly #widget: string
  readonly #header: Header
  readonly #sign: Sign

  constructor(options: SignerOptions) {
    const { widget, secret, privateKey, kid } = options as { widget?: unknown; secret?: unknown; privateKey?: unknown; kid?: unknown }
    if ((secret === undefined) === (privateKey === undefined)) throw new InvalidInput('give either secret or privateKey')
    if (secret !== undefined && kid !== undefined) throw new InvalidInput('kid names a private key, not a secret')
    this.#widget = checkWidget(widget)
    const [alg, signs] = privateKey === undefined ? (['HS256', hs256(ownSecret('cs_idj_', secret))] as const) : asymmetric(privateKey)
    this.#header = { alg, typ: 'JWT', ...(kid !== undefined && { kid: value('kid', kid, 'id') }) }
    this.#sign = signs
  }

  /** An identity token for `user`. */
  token(user: User, options: TokenOptions = {}): string {
    if (typeof user !== 'object' || user === null) throw new InvalidInput('there is no user to sign for')
    const { jkt, jti, lifetime = USUAL_LIFETIME } = options
    if (!Number.isInteger(lifetime) || lifetime < 1 || lifetime > LONGEST_LIFETIME) {
      throw new InvalidInput(`the lifetime must be from 1 to ${LONGEST_LIFETIME} whole seconds`)
    }
    return compact(this.#header, {
      sub: value('id', user.id, 'id'),
      email: optional('email', user.email, 'email'),
      name: optional('name', user.name, 'name'),
      company: company(user.company),
      aud: this.#widget,
      ...times(lifetime),
      jti: optional('jti', jti, 'id'),
      cnf: jkt === undefined || jkt === null || jkt === '' ? undefined : { jkt: thumbprint(jkt) },
    }, this.#sign)
  }
}

export type Sign = (message: string) => Buffer
export interface Header {
  alg: 'HS256' | 'ES256' | 'EdDSA'
  typ: 'JWT'
  kid?: string
}

/** `iat` and `exp`. */
export function times(lifetime = USUAL_LIFETIME): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000)
  return { iat, exp: iat + lifetime }
}

/** A signed token; claims that are `undefined` stay out. */
export function compact(header: Header, claims: object, signs: Sign): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${signs(signed).toString('base64url')}`
}

export function hs256(key: Buffer): Sign {
  return (message) => createHmac('sha256', key).update(message).digest()
}

function asymmetric(given: unknown): [Header['alg'], Sign] {
  const key = readPrivateKey(given)
  if (key.asymmetricKeyType === 'ed25519') return ['EdDSA', (message) => sign(null, Buffer.from(message), key)]
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return ['ES256', (message) => sign('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' })]
  }
  throw new InvalidInput('the private key must be of Ed25519 or P-256')
}

function readPrivateKey(given: unknown): KeyObject {
  if (typeof given === 'object' && given !== null && 'asymmetricKeyType' in given) {
    const key = given as KeyObject
    if (key.type === 'private') return key
    throw new InvalidInput('the private key must be the private half')
  }
  try {
    return createPrivateKey(given as string)
  } catch {
    throw new InvalidInput('the private key cannot be read: give its PEM, unencrypted')
  }
}

function company(given: Company | null | undefined): object | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'object') throw new InvalidInput('the company must be an object of id and name')
  if (!given.id && !given.name) return undefined
  return { id: value('id of the company', given.id, 'id'), name: optional('name of the company', given.name, 'name') }
}

function thumbprint(jkt: unknown): string {
  if (typeof jkt === 'string' && bytesOf(jkt)?.length === 32) return jkt
  throw new InvalidInput('jkt must be a SHA-256 thumbprint: 43 characters of base64url')
}
