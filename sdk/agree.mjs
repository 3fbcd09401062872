// Property tests between the languages: whatever one library signs, the others and the server sign
// alike, what one refuses, all refuse with the same words, and none believes a changed access token.
//     node sdk/beside-server.mjs node sdk/agree.mjs [SEED]
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const { COUNTERSIGN_SERVER: server, COUNTERSIGN_SECRET_KEY: secretKey, COUNTERSIGN_IDENTITY_SECRET: own, COUNTERSIGN_WIDGET_KEY: widget } = process.env
if (!server) throw new Error('run this by `node sdk/beside-server.mjs node sdk/agree.mjs`')

const CASES = 600
const ASKED = 200 // of which the server is asked, within its limits
const CHANGES = 400
const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 2 ** 31))
const here = import.meta.dirname

// A program of each language reads a case a line and answers {"answer"} or {"error"}.
const LANGUAGES = {
  Node: ['node', 'node/test/agree.mjs'],
  Python: ['env', '-C', 'python', 'PYTHONPATH=src:.', 'python3', '-m', 'tests.agree'],
  PHP: ['php', 'php/tests/agree.php'],
  Go: ['env', '-C', 'go', 'go', 'run', './internal/agree'],
  Ruby: ['ruby', '-I', 'ruby/lib', 'ruby/test/agree.rb'],
  'C#': ['env', '-C', 'csharp', './run', 'agree/Agree.cs'],
}

test(`all agree on ${CASES} cases of seed ${seed}`, async () => {
  const cases = Array.from({ length: CASES }, () => ({ ...anyCase(), widget }))
  const [first, ...others] = await Promise.all(Object.entries(LANGUAGES).map(([name, command]) => verdicts(name, command, cases)))
  assert.ok(first.found.filter((one) => one.signed).length > CASES / 5, 'many are signed')
  assert.ok(first.found.filter((one) => one.refused).length > CASES / 5, 'many are refused')
  for (const other of others) {
    cases.forEach((one, at) => assert.deepEqual(other.found[at], first.found[at], `${other.name} and ${first.name} on ${JSON.stringify(one)}`))
  }
  const asked = cases.map((one, at) => [one, first.found[at]]).filter(([one]) => one.call === 'token' && one.secret === own && one.arguments.lifetime === undefined)
  for (const [one, found] of asked.slice(0, ASKED)) await sameAtServer(one.arguments, found)
})

test(`none believes a changed access token, seed ${seed}`, async () => {
  const token = await accessToken()
  const cases = [token, ...Array.from({ length: CHANGES }, () => changed(token))].map((token) => ({ call: 'verify', server, token }))
  for (const [name, command] of Object.entries(LANGUAGES)) {
    const answers = await answersOf(name, command, cases)
    assert.match(answers[0].answer, /^con_/, `${name} believes the token itself`)
    answers.slice(1).forEach(({ answer }, at) => assert.equal(answer, undefined, `${name} believes ${cases[at + 1].token}`))
  }
})

/** What a library makes of the cases, in a form that can be compared. */
async function verdicts(name, command, cases) {
  return { name, found: (await answersOf(name, command, cases)).map(verdict) }
}

async function answersOf(name, [command, ...rest], cases) {
  const child = spawn(command, rest, { cwd: here, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const found = []
  for await (const line of createInterface({ input: child.stdout })) found.push(JSON.parse(line))
  assert.equal(found.length, cases.length, `${name} answers each case`)
  return found
}

function verdict({ answer, error }) {
  if (error !== undefined) return { refused: PHRASES.find((phrase) => error.includes(phrase)) ?? error }
  if (!answer.includes('.')) return { signed: answer }
  const [header, claims] = answer.split('.', 2).map((segment) => JSON.parse(Buffer.from(segment, 'base64url').toString()))
  return { signed: header, claims: { ...claims, iat: 0, exp: claims.exp - claims.iat } }
}

async function sameAtServer({ id: sub, email, name, company, jti, jkt }, found) {
  const given = { sub, email, name, company, jti, jkt }
  const some = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '' && value?.id !== ''))
  const { signatures, code } = await post('/api/v1/signatures', some, { authorization: `Bearer ${secretKey}` })
  assert.ok(signatures || code === 'bad_claims', code)
  // The server leaves a blank name out, which a library tells its caller of.
  if (signatures && found.refused === 'is blank' && [name, company?.name].some((name) => name && !name.trim())) return
  assert.equal(signatures ? 'signed' : 'refused', Object.keys(found)[0], JSON.stringify(some))
  if (signatures) assert.deepEqual(verdict({ answer: signatures.token }).claims, found.claims, JSON.stringify(some))
}

async function accessToken() {
  const { signatures } = await post('/api/v1/signatures', { sub: 'u1' }, { authorization: `Bearer ${secretKey}` })
  return (await post('/widget/v1/sessions', { widget, identity: signatures })).access_token
}

async function post(path, body, headers) {
  const answer = await fetch(server + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return answer.json()
}

// Cases.
const { unsigned } = JSON.parse(readFileSync(`${here}/vectors.json`, 'utf8'))
const PHRASES = [...new Set(unsigned.map((one) => one.error))].sort((one, other) => other.length - one.length)
const SECRETS = { token: own, notificationapi_hash: 'x'.repeat(32), fogbender_hmac: 'y'.repeat(32), woes_email_hash: '0aF'.repeat(22).slice(0, 64), woes_jwt: 'z'.repeat(64), fogbender_jwt: 'é'.repeat(16) }
const FIELDS = {
  token: { id: anyText, email: anyEmail, name: anyText, jti: anyText, jkt: anyThumbprint, lifetime: () => pick([1, 600, 900, 901, -5]), company: () => ({ id: anyText(), name: anyText() }) },
  woes_jwt: { id: anyText, email: anyEmail, name: anyText, account_id: anyText },
  fogbender_jwt: { id: anyText, email: anyEmail, name: anyText, avatar_url: anyText, customer_id: anyText, customer_name: anyText },
}

/** One field of a case is odd; then there is one thing to refuse it for. */
function anyCase() {
  const call = pick(['token', 'token', 'token', ...Object.keys(SECRETS)])
  const secret = chance(0.05) ? anySecret(SECRETS[call]) : SECRETS[call]
  if (!FIELDS[call]) return { call, secret, text: secret === SECRETS[call] ? pick([anyText, anyEmail])() : 'ada@example.com' }
  const usual = { id: 'u1', ...(call === 'woes_jwt' && { email: 'ada@example.com' }) }
  if (secret !== SECRETS[call]) return { call, secret, arguments: usual }
  const field = pick(Object.keys(FIELDS[call]))
  return { call, secret, arguments: { ...usual, [field]: FIELDS[call][field]() } }
}

function anyText() {
  const most = pick([1, 3, 8, 20, 128, 129, 200, 201])
  const ordinary = chance(0.5)
  const text = Array.from({ length: most }, () => (ordinary || chance(0.9) ? pick(ORDINARY) : odd())).join('')
  return chance(0.1) ? `eyJ${text}.` : chance(0.1) ? `${odd()}${text}${odd()}` : text
}

function anyEmail() {
  const local = Array.from({ length: pick([1, 5, 242]) }, () => (chance(0.97) ? pick(ORDINARY) : odd())).join('').replaceAll('@', '')
  const email = `${local}${pick(['@', '@', '@', '@', '', '@@'])}${pick(['example.com', 'EXAMPLE.com', 'exämple.com', '', 'b'])}`
  return chance(0.4) ? `${odd()}${email}${odd()}` : email
}

function anyThumbprint() {
  const text = Buffer.from(Array.from({ length: pick([31, 32, 32, 32, 33]) }, () => below(256))).toString('base64url')
  return chance(0.3) ? text.slice(0, -1) + pick([...'AQgwxyz_-+/=.']) : text
}

function anySecret(secret) {
  const at = below(secret.length)
  return pick([`${secret}\n`, ` ${secret}`, `"${secret}"`, secret.slice(0, at), secret.slice(0, at) + odd() + secret.slice(at + 1), `cs_idj_${secret}`, secret.toUpperCase(), ''])
}

/** A token that says or is something else. */
function changed(token) {
  const at = below(token.length)
  const [header, claims, signature] = token.split('.')
  const rewritten = (segment, change) => Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(segment, 'base64url').toString()), ...change })).toString('base64url')
  const character = pick([...'ABCDwxyz0189-_+/=. \n', '\0', 'é'])
  return pick([
    () => token.slice(0, at) + (character === token[at] ? '' : character) + token.slice(at + 1),
    () => token.slice(0, at) + character + token.slice(at),
    () => token.slice(0, at),
    () => `${rewritten(header, pick([{ alg: 'none' }, { alg: 'HS256' }, { alg: 'ES256' }, { kid: odd() }, { typ: 'JWT' }, { crit: [] }, { [odd()]: 1 }]))}.${claims}.${pick([signature, ''])}`,
    () => `${header}.${rewritten(claims, pick([{ sub: 'con_1' }, { exp: 4e9 }, { aud: '' }, { [odd()]: 1 }]))}.${signature}`,
    () => [header, claims, signature].sort(() => chance(0.5) - 0.5).join('.') + (chance(0.5) ? '.' : '..'),
  ])()
}

/** A character that some rule speaks of, or a neighbour of one. */
function odd() {
  let code = pick(EDGES) + below(3) - 1
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = 0x20
  return String.fromCodePoint(code)
}

const ORDINARY = [...'abcxyzABCXYZ019._-+@ \'"\\/<>&%éß中\u0645\u0301\u212a🦊']
const EDGES = [
  0, 9, 0xd, 0x1f, 0x20, 0x7f, 0x85, 0x9f, 0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x1680, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x2000, 0x200a, 0x200b,
  0x200c, 0x200d, 0x200f, 0x2028, 0x2029, 0x202e, 0x202f, 0x205f, 0x2060, 0x206f, 0x2800, 0x3000, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfffb, 0xffff,
  0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff, 0x10ffff,
]

// Chance, from the seed (mulberry32).
let state = seed
function random() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
function below(n) {
  return Math.floor(random() * n)
}
function chance(p) {
  return random() < p
}
function pick(list) {
  return list[below(list.length)]
}
