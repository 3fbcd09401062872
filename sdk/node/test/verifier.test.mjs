// The verifier at a server whose keys, clock and answers a test can change.
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { after, afterEach, before, beforeEach, mock, test } from 'node:test'
import { createServer } from 'node:http'
import { inspect } from 'node:util'
import { InvalidInput, KeysUnavailable, Refused, Signer, Verifier } from '@countersign/server'

const keys = { one: generateKeyPairSync('ec', { namedCurve: 'P-256' }), two: generateKeyPairSync('ed25519') }
const names = { one: 'ES256', two: 'Ed25519' }
const jwks = (...kids) => JSON.stringify({ keys: kids.map((kid) => ({ ...keys[kid].publicKey.export({ format: 'jwk' }), kid, alg: names[kid] })) })

let server, url, answer, fetches, verifier

before(async () => {
  server = createServer((request, response) => {
    fetches += 1
    const [status, body, headers] = answer
    response.writeHead(request.url === '/.well-known/jwks.json' ? status : 404, headers).end(body)
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  url = `http://127.0.0.1:${server.address().port}`
})
after(() => server.close())

beforeEach(() => {
  mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
  answer = [200, jwks('one')]
  fetches = 0
  verifier = new Verifier(url)
})
afterEach(() => mock.timers.reset())

const later = (seconds) => mock.timers.setTime(Date.now() + seconds * 1000)

function token(kid) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: url, aud: `${url}/widget/v1`, sub: 'con_1', sid: 'ses_1', ws: 'env_1', iat, exp: iat + 600, jti: '1' }
  const signed = `${part({ alg: names[kid], kid, typ: 'at+jwt' })}.${part(claims)}`
  const key = kid === 'one' ? { key: keys.one.privateKey, dsaEncoding: 'ieee-p1363' } : keys.two.privateKey
  return `${signed}.${sign(kid === 'one' ? 'sha256' : null, Buffer.from(signed), key).toString('base64url')}`
}

/** What `verify` comes to, and the number of fetches so far. */
async function verdict(kid) {
  const said = await verifier.verify(token(kid)).then(() => 'accepted', (error) => error.code ?? error.name)
  return [said, fetches]
}

test('keys are fetched again when they are old or a name is unknown', async () => {
  assert.deepEqual(await verdict('one'), ['accepted', 1])
  answer = [200, jwks('one', 'two')]
  assert.deepEqual(await verdict('two'), ['unknown_key', 1], 'a flood of unknown names costs nothing')
  later(10)
  assert.deepEqual(await verdict('two'), ['accepted', 2])
  answer = [200, jwks('two')]
  assert.deepEqual(await verdict('one'), ['accepted', 2])
  later(300)
  assert.deepEqual(await verdict('one'), ['unknown_key', 3], 'a withdrawn key is forgotten')
})

test('an outage is survived for an hour', async () => {
  assert.deepEqual(await verdict('one'), ['accepted', 1])
  answer = [503]
  later(300)
  assert.deepEqual(await verdict('one'), ['accepted', 2])
  assert.deepEqual(await verdict('two'), ['KeysUnavailable', 2], 'what may be a new key is not refused')
  later(3300)
  assert.deepEqual(await verdict('one'), ['KeysUnavailable', 3])
  answer = [200, jwks('one')]
  assert.deepEqual(await verdict('one'), ['KeysUnavailable', 3], 'a server that is down is not asked for each token')
  later(10)
  assert.deepEqual(await verdict('one'), ['accepted', 4])
})

test('many who wait share one fetch', async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token('one'))))
  assert.equal(all.length, 50)
  assert.equal(fetches, 1)
})

test('what is no set of keys is not believed', async () => {
  const one = JSON.parse(jwks('one')).keys[0]
  const short = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey).export({ format: 'jwk' })
  const answers = [
    [404], [302, '', { location: `${url}/elsewhere` }], [200, '<html>'], [200, 'null'], [200, '[]'], [200, '{"keys":{}}'], [200, '{"keys":[]}'], [200, '{"keys":[null,1,[]]}'],
    [200, jwks('one', 'one')], [200, jwks('one') + ' '.repeat(65_536)],
    ...[{ kid: '' }, { kid: 1 }, { use: 'enc' }, { alg: 'ES384' }, { x: one.x.replace(/^./, '+') }, { x: one.y }, { x: undefined }, { crv: 'P-384' }, { kty: 'oct', k: 'AAAA' }, { ...short, kty: 'RSA', alg: 'RS256' }]
      .map((change) => [200, JSON.stringify({ keys: [{ ...one, ...change }] })]),
  ]
  for (answer of answers) {
    await assert.rejects(new Verifier(url).verify(token('one')), (error) => {
      assert.ok(error instanceof KeysUnavailable, `${inspect(answer)}: ${error}`)
      return error.message.includes(url) && error.cause instanceof Error
    })
  }
})

test('what is no text is refused', async () => {
  for (const odd of [undefined, null, 1, {}, [token('one')], Buffer.from(token('one'))]) {
    await assert.rejects(verifier.verify(odd), (error) => error instanceof Refused && error.code === 'malformed')
  }
  assert.equal(fetches, 0)
})

test('a server is named by its origin', () => {
  const bad = ['', 'cs.example.com', 'http://cs.example.com', 'https://', 'https://a@cs.example.com', 'https://cs.example.com/x', 'https://cs.example.com?', 'https://cs.example.com/#', 'ftp://cs.example.com', 'http://127.0.0.1.evil.example', 'javascript:1', null, 7]
  for (const server of bad) assert.throws(() => new Verifier(server), InvalidInput, String(server))
  for (const server of ['https://cs.example.com', 'https://cs.example.com/', 'http://127.0.0.1:8080', 'http://localhost', 'http://cs.localhost:8080', 'http://[::1]:8080']) new Verifier(server)
})

test('a signer is made of one key, and shows nothing of it', () => {
  const widget = 'cs_pk_live_x'
  const secret = 'cs_idj_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwej2CTL'
  const pem = keys.two.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const made = [new Signer({ widget, secret }), new Signer({ widget, privateKey: pem }), new Signer({ widget, privateKey: keys.two.privateKey })]
  for (const signer of made) assert.equal(inspect(signer, { depth: 9, showHidden: true }) + JSON.stringify(signer), 'Signer {}{}')
  const bad = [{ widget }, { widget, secret, privateKey: pem }, { widget, secret, kid: 'x' }, { widget, privateKey: pem, kid: '' }, { widget, privateKey: keys.two.publicKey }, { widget, privateKey: 'x' }, { secret }]
  for (const options of bad) assert.throws(() => new Signer(options), InvalidInput, inspect(options))
  for (const lifetime of [0, 0.5, 901, NaN, Infinity, '600', null]) assert.throws(() => made[0].token({ id: 'u1' }, { lifetime }), /lifetime/)
  for (const nobody of [undefined, null, 'u1']) assert.throws(() => made[0].token(nobody), /no user to sign for/)
  assert.throws(() => made[0].token({ id: 'u1', company: 'Netflix' }), /object of id and name/)
  for (const id of [undefined, null, 1, {}, ['u1'], '\ud800']) assert.throws(() => made[0].token({ id }), InvalidInput)
})
