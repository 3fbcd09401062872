// Countersign's session protocol by hand, as a program that an attacker writes would speak it.

const utf8 = (text) => new TextEncoder().encode(text)
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

export const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
export const encode = (value) => base64url(utf8(JSON.stringify(value)))
export const decode = (part) => JSON.parse(new TextDecoder().decode(
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))))

/** A key of this browser's; `jkt` is what a back end binds a token to. */
export async function newKey() {
  const pair = await crypto.subtle.generateKey(P256, false, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jkt = base64url(await crypto.subtle.digest('SHA-256', utf8(JSON.stringify({ crv, kty, x, y }))))
  return { pair, jwk: { kty, crv, x, y }, jkt }
}

/** A token with these claims, signed with a secret that the server does not have. */
export async function forge(claims, secret) {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  const hmac = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return `${signed}.${base64url(await crypto.subtle.sign('HMAC', hmac, utf8(signed)))}`
}

/** Asks for a session. */
export const open = (widget, key, body) => send('POST', `${widget}/widget/v1/sessions`, key, { body: { ...body, key: key.jwk } })

/** One call with the proof of the key; a missing nonce is mended at once. */
export async function send(method, url, key, { body, access, nonce } = {}) {
  const headers = { dpop: await proof(method, url, key, access, nonce) }
  if (body) headers['content-type'] = 'application/json'
  if (access) headers.authorization = `DPoP ${access}`
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) })
  const fresh = answer.headers.get('dpop-nonce')
  const said = answer.status === 204 ? null : await answer.json()
  if (said?.code === 'use_dpop_nonce' && !nonce) return send(method, url, key, { body, access, nonce: fresh })
  return { status: answer.status, said }
}

async function proof(method, url, key, access, nonce) {
  const ath = access && base64url(await crypto.subtle.digest('SHA-256', utf8(access)))
  const claims = { htm: method, htu: url, jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), nonce, ath }
  const signed = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })}.${encode(claims)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.pair.privateKey, utf8(signed))
  return `${signed}.${base64url(signature)}`
}
