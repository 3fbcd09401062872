// What anyone can do in the browser's console, and what comes of it.

const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const text = (value) => encode(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
const read = (part) => JSON.parse(new TextDecoder().decode(
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))))
const mine = async () => (await fetch('/api/countersign-token')).text()
const other = (user) => (user.id === 'u_bob'
  ? { sub: 'u_alice', id: 'u_alice', email: 'alice@northwind.example', name: 'Alice Chesterton' }
  : { sub: 'u_bob', id: 'u_bob', email: 'bob@initech.example', name: 'Bob Tanaka' })

export const attacks = [
  {
    name: 'Say that I am somebody else',
    words: 'Start the widget with the other customer’s id and email, as the page could.',
    identity: async ({ user }) => {
      const { id, email, name } = other(user)
      return { id, email, name }
    },
  },
  {
    name: 'Change the name in my token',
    words: 'Take my own valid token, put the other customer in, keep the signature.',
    identity: async ({ user }) => {
      const [header, claims, signature] = (await mine()).split('.')
      return { token: `${header}.${text({ ...read(claims), ...other(user) })}.${signature}` }
    },
  },
  {
    name: 'Sign with a secret of my own',
    words: 'A perfect token for the other customer, signed by another company’s secret.',
    identity: async ({ user }) => {
      const [, claims] = (await mine()).split('.')
      const { id, ...person } = other(user)
      const signed = `${text({ alg: 'HS256', typ: 'JWT' })}.${text({ ...read(claims), ...person })}`
      const secret = new TextEncoder().encode('cs_idj_the-secret-of-another-company')
      const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed))
      return { token: `${signed}.${encode(signature)}` }
    },
  },
  {
    name: 'Ask for no signature at all',
    words: 'The same token with `alg: none`.',
    identity: async ({ user }) => {
      const [, claims] = (await mine()).split('.')
      const { id, ...person } = other(user)
      return { token: `${text({ alg: 'none', typ: 'JWT' })}.${text({ ...read(claims), ...person })}.` }
    },
  },
  {
    name: 'Use an old token',
    words: 'A real token of Bob’s from an old log: it expired an hour ago.',
    identity: async () => ({ token: await (await fetch('/api/expired-token')).text() }),
  },
  {
    name: 'Steal a token that is still good',
    words: 'A real token for another browser’s key, played back from this one after sign-out.',
    identity: async () => {
      const theirs = await newKey()
      const answer = await fetch(`/api/countersign-token?jkt=${theirs.jkt}`)
      return { token: await answer.text() }
    },
  },
]

/** Tries to open a session with what the attack makes, with a key of this browser's own. */
export async function run(attack, me) {
  try {
    const body = { widget: me.public_key, identity: await attack.identity(me) }
    const answer = await open(me.widget, body)
    const problem = await answer.json()
    if (answer.status === 201) return { refused: false, text: 'It worked. That must not be: please report it.' }
    return { refused: true, text: `Refused (${answer.status} ${problem.code}): `, reference: problem.request_id }
  } catch (error) {
    return { refused: false, text: `The attempt itself failed: ${error.message}` }
  }
}

async function open(widget, body) {
  const url = `${widget}/widget/v1/sessions`
  const key = await newKey()
  const send = async (nonce) => fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', dpop: await proof(key, url, nonce) },
    body: JSON.stringify({ ...body, key: key.jwk }),
  })
  const first = await send()
  const nonce = first.headers.get('dpop-nonce')
  return first.status === 401 && nonce && (await first.clone().json()).code === 'use_dpop_nonce' ? send(nonce) : first
}

async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify({ crv, kty, x, y })))
  return { pair, jwk: { kty, crv, x, y }, jkt: encode(hash) }
}

async function proof(key, url, nonce) {
  const claims = { htm: 'POST', htu: url, jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), nonce }
  const signed = `${text({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })}.${text(claims)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.pair.privateKey, new TextEncoder().encode(signed))
  return `${signed}.${encode(signature)}`
}
