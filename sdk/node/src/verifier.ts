// Access tokens of a Countersign server, verified with the keys that it publishes.
import { isObject, KeySet } from './keys.ts'
import { Refused } from './refused.ts'
import { readServer } from './server.ts'
import { bytesOf } from './values.ts'

/** What a verified access token says. */
export interface Claims {
  /** `sub`: the visitor's contact, `con_…` */
  contact: string
  /** `sid`: `ses_…` */
  session: string
  /** `ws`: the environment that both belong to, `env_…` */
  tenant: string
  /** `jti` */
  id: string
  issued: Date
  expires: Date
  /**
   * The thumbprint of the browser key that the session is bound to, or null. Who presents a bound
   * token must also present a DPoP proof (RFC 9449) by that key.
   */
  jkt: string | null
}

/** Seconds that the server's clock may be ahead. */
const SKEW = 60

/** Characters that a token has at most. */
const LONGEST = 8192

/**
 * Verifies the access tokens of one server. Make one and keep it: it remembers the server's keys.
 *
 * It does not learn of revocation: a session that was ended stays believable until its token
 * expires, at most ten minutes. Ask the server where that is too long.
 */
export class Verifier {
  readonly #issuer: string
  readonly #audience: string
  readonly #keys: KeySet

  /**
   * `server` is the server's public URL (`serve --public-url`). The keys are fetched when the first
   * token comes.
   */
  constructor(server: string) {
    this.#issuer = readServer(server)
    this.#audience = `${this.#issuer}/widget/v1`
    this.#keys = new KeySet(`${this.#issuer}/.well-known/jwks.json`)
  }

  /** The claims of `token`. Rejects with `Refused`, or `KeysUnavailable`. */
  async verify(token: string): Promise<Claims> {
    const { alg, kid, signed, body, signature } = split(token)
    const key = await this.#keys.find(kid)
    if (!key.answersTo(alg)) throw new Refused('algorithm', 'alg is not that of the key')
    if (!key.verifies(signed, signature)) throw new Refused('signature', 'the signature does not fit')
    const claims = object(body)
    if (!claims) throw new Refused('claims', 'the claims are no JSON object')
    return this.#read(claims)
  }

  #read(claims: Record<string, unknown>): Claims {
    const { iss, aud, sub, sid, ws, jti, iat, exp, cnf } = claims
    if (iss !== this.#issuer) throw new Refused('issuer', `iss is not ${this.#issuer}`)
    if (aud !== this.#audience) throw new Refused('audience', `aud is not ${this.#audience}`)
    const jkt = cnf === undefined ? null : isObject(cnf) ? cnf.jkt : undefined
    if (!isText(sub) || !isText(sid) || !isText(ws) || !isText(jti) || !isTime(iat) || !isTime(exp) || !(jkt === null || isText(jkt))) {
      throw new Refused('claims', 'sub, sid, ws, jti, iat, exp or cnf is missing or of another type')
    }
    const now = Math.floor(Date.now() / 1000)
    if (exp <= now) throw new Refused('expired', `it expired ${now - exp} s ago`)
    if (iat > now + SKEW) throw new Refused('issued_ahead', `iat lies ${iat - now} s ahead; is this machine's clock right?`)
    return { contact: sub, session: sid, tenant: ws, id: jti, issued: new Date(iat * 1000), expires: new Date(exp * 1000), jkt }
  }
}

/** Reads the outer form strictly: three segments, and a header of alg, kid and typ and nothing else. */
function split(token: unknown): { alg: string; kid: string; signed: string; body: Buffer; signature: Buffer } {
  const segments = typeof token === 'string' && token.length <= LONGEST ? token.split('.') : []
  const [head, body, signature] = segments.map(bytesOf)
  if (segments.length !== 3 || !head || !body || !signature) throw new Refused('malformed', 'it is no token of three segments in base64url')
  const header = object(head) ?? {}
  const { alg, kid, typ } = header
  if (Object.keys(header).length !== 3 || typeof alg !== 'string' || typeof kid !== 'string' || typeof typ !== 'string') {
    throw new Refused('malformed', 'the header is not alg, kid and typ')
  }
  if (typ !== 'at+jwt') throw new Refused('kind', 'typ is not at+jwt')
  return { alg, kid, signed: segments.slice(0, 2).join('.'), body, signature }
}

function object(json: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
