//! The browser's own key: made here, unable to leave, and proof of every call (RFC 9449).

export type BrowserKey = { pair: CryptoKeyPair; jwk: JsonWebKey; jkt: string }

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

export function base64url(bytes: ArrayBuffer): string {
  let text = ''
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const part = (value: object) => base64url(utf8(JSON.stringify(value)).buffer as ArrayBuffer)

async function sha256(text: string): Promise<string> {
  return base64url(await crypto.subtle.digest('SHA-256', utf8(text)))
}

/** `null` where an ancestor on plain http takes the browser's cryptography away. */
export async function makeKey(): Promise<BrowserKey | null> {
  if (!globalThis.crypto?.subtle) return null
  return describe(await crypto.subtle.generateKey(P256, false, ['sign', 'verify']))
}

export async function describe(pair: CryptoKeyPair): Promise<BrowserKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jwk = { kty, crv, x, y } as JsonWebKey
  return { pair, jwk, jkt: await sha256(JSON.stringify({ crv, kty, x, y })) }
}

/** A name that nobody can guess; also in a page that is not secure, which has no `randomUUID`. */
export function randomId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)).buffer)
}

/** A proof for one call; `skew` is how far this clock is behind the server's, in seconds. */
export async function proof(
  key: BrowserKey,
  method: string,
  url: string,
  nonce: string | null,
  accessToken: string | null,
  skew = 0,
): Promise<string> {
  const claims = {
    htm: method,
    htu: url,
    jti: randomId(),
    iat: Math.floor(Date.now() / 1000) + skew,
    ...(nonce && { nonce }),
    ...(accessToken && { ath: await sha256(accessToken) }),
  }
  const signed = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })}.${part(claims)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.pair.privateKey, utf8(signed))
  return `${signed}.${base64url(signature)}`
}
