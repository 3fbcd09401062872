// Writes vectors.json, which every library of this folder must agree with: `node sdk/vectors.mjs`.
//
// It signs with node:crypto alone, without any of the libraries. crates/identity holds the result
// against the server's own verifier (tests/identity/sdk.rs). The keys in the file are kept when it
// is written again; they are published and protect nothing.
import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const file = new URL('vectors.json', import.meta.url)
const now = 1_800_000_000
const widget = 'cs_pk_live_vectors'
const server = 'https://countersign.example.com'
const keys = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).keys : newKeys()

// What signs.
const checked = (prefix, byte) => {
  const bytes = Buffer.alloc(32, byte)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return prefix + Buffer.concat([bytes, sum]).toString('base64url')
}
const native = checked('cs_idj_', 7)
const notificationapi = checked('cs_idh_', 9)
const woes = '0123456789abcdef'.repeat(4)
const fogbender = 'Zm9nYmVuZGVyIHNlY3JldCBvZiAzMg+/'
const jkt = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k' // RFC 8037, appendix A.3

// Digests: the call, its secret and text, and the answer.
const digest = (key, text, form) => createHmac('sha256', key).update(text).digest(form)
const hashed = {
  notificationapi_hash: (secret, text) => digest(secret, text, 'base64'),
  fogbender_hmac: (secret, text) => digest(secret, text, 'hex'),
  woes_email_hash: (secret, text) => digest(Buffer.from(secret, 'hex'), text, 'hex'),
}
const hash = (name, call, secret, text, means = text) => ({ name, call, secret, text, answer: hashed[call](secret, means) })
const digests = [
  hash('an id', 'notificationapi_hash', notificationapi, 'user_123'),
  hash("an id, with the vendor's own secret", 'notificationapi_hash', 'the text of a secret from elsewhere', 'user_123'),
  hash('an id is not trimmed', 'notificationapi_hash', notificationapi, ' User_123 '),
  hash('an id beyond ASCII', 'notificationapi_hash', notificationapi, 'jos\u00e9'),
  hash('an id with a letter in two parts is another id', 'notificationapi_hash', notificationapi, 'jose\u0301'),
  hash('an id beyond the first plane', 'notificationapi_hash', notificationapi, '\u{1f98a}'.repeat(128)),
  hash('an id', 'fogbender_hmac', fogbender, 'U234328'),
  hash('an id of 128 characters', 'fogbender_hmac', fogbender, 'x'.repeat(128)),
  hash('an email', 'woes_email_hash', woes, 'ada@example.com'),
  hash('an email is trimmed and lower-cased', 'woes_email_hash', woes, ' \tAda@Example.COM\n', 'ada@example.com'),
  hash('every space of Unicode is trimmed', 'woes_email_hash', woes, '\u3000\u00a0\u2029ada@example.com\u0085', 'ada@example.com'),
  hash('only ASCII is lower-cased', 'woes_email_hash', woes, '\u212a\u00c9@example.com', '\u212a\u00c9@example.com'),
  hash('the digits of a secret are read in any case', 'woes_email_hash', woes.toUpperCase(), 'ada@example.com'),
]

// Tokens: the call and its arguments; header and claims to find; one token that says so.
const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const signers = {
  HS256: (secret) => (signed) => createHmac('sha256', secret).update(signed).digest(),
  ES256: (key) => (signed) => sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (key) => (signed) => sign(null, signed, key),
  RS256: (key) => (signed) => sign('sha256', signed, key),
}
const compact = (header, claims, signs) => {
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${signs(Buffer.from(signed)).toString('base64url')}`
}
const times = (lifetime = 600) => ({ iat: now, exp: now + lifetime })
const HS256 = { alg: 'HS256', typ: 'JWT' }
const byText = (name, call, secret, args, claims) => ({ name, call, secret, arguments: args, header: HS256, claims, token: compact(HS256, claims, signers.HS256(secret)) })
const byKey = (name, private_key, header, args, claims) => ({ name, call: 'token', private_key, kid: header.kid ?? null, arguments: args, header, claims, token: compact(header, claims, signers[header.alg](keys[private_key].private)) })
const token = (name, args, claims) => byText(name, 'token', native, args, { aud: widget, ...claims })
const everything = { id: 'u1', email: 'ada@example.com', name: 'Ada Lovelace', company: { id: 'c1', name: 'Analytical' }, jkt, jti: 'once' }
const allOfIt = { sub: 'u1', email: 'ada@example.com', name: 'Ada Lovelace', company: { id: 'c1', name: 'Analytical' }, cnf: { jkt }, jti: 'once', ...times() }
const tokens = [
  token('only an id', { id: 'u1' }, { sub: 'u1', ...times() }),
  token('everything', everything, allOfIt),
  token('the longest life', { id: 'u1', lifetime: 900 }, { sub: 'u1', ...times(900) }),
  token('the shortest life', { id: 'u1', lifetime: 1 }, { sub: 'u1', ...times(1) }),
  token('an email is trimmed and lower-cased', { id: 'u1', email: ' Ada@Example.COM ' }, { sub: 'u1', email: 'ada@example.com', ...times() }),
  token('what is empty stays out', { id: 'u1', email: '', name: '', company: { id: 'c1', name: '' } }, { sub: 'u1', company: { id: 'c1' }, ...times() }),
  token('an id is not trimmed', { id: ' U1 ' }, { sub: ' U1 ', ...times() }),
  token('JSON needs escapes', { id: 'a"b\\c/d<e>&f', name: '\u2764\ufe0f \u{1f98a}' }, { sub: 'a"b\\c/d<e>&f', name: '\u2764\ufe0f \u{1f98a}', ...times() }),
  token('a joiner between letters', { id: 'u1', name: '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645' }, { sub: 'u1', name: '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', ...times() }),
  token('an id that looks like a token may be signed in one', { id: 'eyJhbGciOiJIUzI1NiJ9.e30' }, { sub: 'eyJhbGciOiJIUzI1NiJ9.e30', ...times() }),
  byKey('Ed25519', 'ed25519', { alg: 'EdDSA', typ: 'JWT', kid: '2026-11' }, everything, { aud: widget, ...allOfIt }),
  byKey('Ed25519 without kid', 'ed25519', { alg: 'EdDSA', typ: 'JWT' }, { id: 'u1' }, { aud: widget, sub: 'u1', ...times() }),
  byKey('P-256', 'p256', { alg: 'ES256', typ: 'JWT', kid: '2026-11' }, everything, { aud: widget, ...allOfIt }),
  byText('only an email', 'woes_jwt', woes, { email: 'Ada@Example.com' }, { aud: widget, email: 'ada@example.com', ...times() }),
  byText('everything', 'woes_jwt', woes, { email: 'ada@example.com', id: 'u1', name: 'Ada', account_id: 'acc1' }, { aud: widget, email: 'ada@example.com', contact_external_id: 'u1', name: 'Ada', account_external_id: 'acc1', ...times() }),
  byText('only an id', 'fogbender_jwt', fogbender, { id: 'U234328' }, { userId: 'U234328', ...times() }),
  byText('everything', 'fogbender_jwt', fogbender, { id: 'U234328', email: 'alice@netflix.com', name: 'Alice Chesterton', avatar_url: 'https://netflix.com/a.png', customer_id: 'C256434', customer_name: 'Netflix' },
    { userId: 'U234328', userEmail: 'alice@netflix.com', userName: 'Alice Chesterton', userAvatarUrl: 'https://netflix.com/a.png', customerId: 'C256434', customerName: 'Netflix', ...times() }),
]

// What is not signed, and a phrase that the error contains.
const value = (name, args, error) => ({ name, call: 'token', secret: native, arguments: { id: 'u1', ...args }, error })
const secret = (name, call, secret, error) => ({ name, call, secret, ...(call === 'token' ? { arguments: { id: 'u1' } } : { text: call === 'woes_email_hash' ? 'ada@example.com' : 'u1' }), error })
const text = (name, call, secret, text, error) => ({ name, call, secret, text, error })
const unseen = 'a control or an invisible character'
const whole = 'as it was shown'
const unsigned = [
  value('no id', { id: '' }, 'is blank'),
  value('an id of spaces', { id: ' \u3000\t' }, 'is blank'),
  value('an email of spaces', { email: '  ' }, 'is blank'),
  value('a name of spaces', { name: '\u00a0' }, 'is blank'),
  value('a company without an id', { company: { id: '', name: 'Netflix' } }, 'is blank'),
  value('a long id', { id: 'x'.repeat(129) }, 'is longer than 128 characters'),
  value('a long name', { name: '\u00e9'.repeat(201) }, 'is longer than 200 characters'),
  value('a long email', { email: `${'x'.repeat(243)}@example.com` }, 'is longer than 254 characters'),
  value('a long jti', { jti: 'x'.repeat(129) }, 'is longer than 128 characters'),
  value('a zero in an id', { id: 'a\0b' }, unseen),
  value('a newline at the end of an id', { id: 'u1\n' }, unseen),
  value('a turning mark in a name', { name: 'A\u202eda' }, unseen),
  value('a joiner in an id', { id: '\u0645\u06cc\u200c\u062e' }, unseen),
  value('a joiner in an ASCII name', { name: 'Ad\u200dmin' }, unseen),
  value('two joiners', { name: '\u0645\u200c\u200c\u062e' }, unseen),
  value('a variation selector in an id', { id: '\u2764\ufe0f' }, unseen),
  value('a tag character', { name: 'Ada\u{e0041}' }, unseen),
  value('a byte order mark before an email', { email: '\ufeffada@example.com' }, unseen),
  value('a file separator after an email', { email: 'ada@example.com\u001c' }, unseen),
  value('no domain', { email: 'ada' }, 'is not an email address'),
  value('two domains', { email: 'ada@b@c' }, 'is not an email address'),
  value('no local part', { email: '@b' }, 'is not an email address'),
  value('a space in an email', { email: 'a b@c' }, 'is not an email address'),
  value('a domain that looks like another', { email: 'ada@ex\u0430mple.com' }, 'is not in ASCII'),
  value('a life of 15 minutes and a second', { lifetime: 901 }, 'the lifetime must be from 1'),
  value('a life that is over', { lifetime: -1 }, 'the lifetime must be from 1'),
  value('a thumbprint that is none', { jkt: 'x'.repeat(43) }, 'jkt must be a SHA-256 thumbprint'),
  value('a thumbprint in standard base64', { jkt: jkt.replace('_', '/') }, 'jkt must be a SHA-256 thumbprint'),
  { ...value('no widget', {}, 'its public key'), widget: '' },
  { ...value('a secret key for a widget', {}, 'its public key'), widget: 'cs_sk_live_x' },
  secret('an empty secret', 'token', '', whole),
  secret('a secret that was cut', 'token', native.slice(0, -1), whole),
  secret('a mistyped secret', 'token', native.replace('BwcH', 'BwcI'), whole),
  secret('a secret in quotes', 'token', `"${native}"`, whole),
  secret('a secret with a newline', 'token', `${native}\n`, whole),
  secret('a secret without its prefix', 'token', native.slice(7), whole),
  secret("another profile's secret", 'token', notificationapi, whole),
  secret('a short secret', 'notificationapi_hash', 'x'.repeat(31), '32 to 512 bytes'),
  secret('a secret with a newline', 'fogbender_hmac', `${fogbender}\n`, whole),
  secret('a secret in quotes', 'fogbender_hmac', `'${fogbender}'`, whole),
  secret('a secret that signs tokens', 'notificationapi_hash', native, 'made for another use'),
  secret('a secret of ours', 'fogbender_hmac', notificationapi, 'made for another use'),
  secret('a secret that is not hexadecimal', 'woes_email_hash', 'x'.repeat(64), '64 hexadecimal digits'),
  secret('a secret that is too short', 'woes_email_hash', woes.slice(2), '64 hexadecimal digits'),
  text('no id', 'notificationapi_hash', notificationapi, '', 'is blank'),
  text('a token for an id', 'notificationapi_hash', notificationapi, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ', 'has the shape of a token'),
  text('a token for an id', 'fogbender_hmac', fogbender, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ', 'has the shape of a token'),
  text('no email', 'woes_email_hash', woes, ' ', 'is blank'),
  text('an id for an email', 'woes_email_hash', woes, 'user_123', 'is not an email address'),
  { name: 'no email', call: 'woes_jwt', secret: woes, arguments: { email: '' }, error: 'is blank' },
  { name: 'a short secret', call: 'woes_jwt', secret: 'x'.repeat(31), arguments: { email: 'ada@example.com' }, error: '32 to 512 bytes' },
  { name: 'no id', call: 'fogbender_jwt', secret: fogbender, arguments: { id: '' }, error: 'is blank' },
  { name: 'a long address', call: 'fogbender_jwt', secret: fogbender, arguments: { id: 'u1', avatar_url: `https://x.example/${'x'.repeat(1_983)}` }, error: 'is longer than 2000 characters' },
  { name: 'a key of another curve', call: 'token', private_key: 'p384', kid: null, arguments: { id: 'u1' }, error: 'Ed25519 or P-256' },
]

// Access tokens: the keys of a server, what it signed, and what others made of it.
const numbers = (name) => createPublicKey(keys[name].private).export({ format: 'jwk' })
const thumbprint = (name) => { // RFC 7638: the names of our own keys
  const { crv, e, kty, n, x, y } = numbers(name)
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}
const jwk = (name, alg, more = {}) => ({ ...numbers(name), alg, use: 'sig', kid: thumbprint(name), ...more })
const jwks = {
  keys: [
    { kty: 'oct', kid: 'another kind', k: 'AAAA' },
    jwk('rsa', 'RS256'), jwk('p256', 'ES256'), jwk('ed25519', 'Ed25519'),
    jwk('p384', 'ES384'),
    jwk('rsa1024', 'RS256'),
    jwk('p256', 'ES256', { kid: 'for secrecy', use: 'enc' }),
    jwk('rsa', 'PS256', { kid: 'another padding' }),
  ],
}
const claims = { iss: server, aud: `${server}/widget/v1`, sub: 'con_1', sid: 'ses_1', ws: 'env_1', generation: 1, iat: now, exp: now + 600, jti: 'jti_1' }
const bound = { ...claims, cnf: { jkt } }
const means = { contact: 'con_1', session: 'ses_1', tenant: 'env_1', id: 'jti_1', issued: now, expires: now + 600, jkt: null }
const header = (alg, kid) => ({ alg, kid, typ: 'at+jwt' })
const by = { rsa: signers.RS256(keys.rsa.private), p256: signers.ES256(keys.p256.private), ed25519: signers.EdDSA(keys.ed25519.private), nobody: () => Buffer.alloc(0) }
const own = (key) => header({ rsa: 'RS256', p256: 'ES256', ed25519: 'Ed25519' }[key], thumbprint(key))
const access = (key, change = {}, head = {}, signer = key) => compact({ ...own(key), ...head }, { ...claims, ...change }, by[signer])
const without = (name) => ({ [name]: undefined })
const good = access('p256')
const [head, body, signature] = good.split('.')
const accepted = [
  { name: 'RS256', token: access('rsa'), claims: means },
  { name: 'ES256', token: good, claims: means },
  { name: 'Ed25519', token: access('ed25519'), claims: means },
  { name: 'the older name of Ed25519', token: access('ed25519', {}, { alg: 'EdDSA' }), claims: means },
  { name: 'bound to a key', token: compact(own('p256'), bound, by.p256), claims: { ...means, jkt } },
  { name: 'a clock that is behind', token: access('p256', { iat: now + 60, exp: now + 660 }), claims: { ...means, issued: now + 60, expires: now + 660 } },
  { name: 'the last second', token: access('p256', { iat: now - 599, exp: now + 1 }), claims: { ...means, issued: now - 599, expires: now + 1 } },
]
const refusal = (code, name, token) => ({ name, code, token })
const byPublicKey = signers.HS256(createPublicKey(keys.rsa.private).export({ type: 'spki', format: 'pem' }))
const refused = [
  refusal('malformed', 'nothing', ''),
  refusal('malformed', 'a word', 'token'),
  refusal('malformed', 'two segments', `${head}.${body}`),
  refusal('malformed', 'four segments', `${good}.${signature}`),
  refusal('malformed', 'padding', `${good}==`),
  refusal('malformed', 'a newline', `${good}\n`),
  refusal('malformed', 'a space', ` ${good}`),
  refusal('malformed', 'another spelling of the same bytes', respelt(good)),
  refusal('malformed', 'standard base64', access('p256', { jti: '\u00fb\u00ff\u00fe>>>???' }).replaceAll('-', '+').replaceAll('_', '/')),
  refusal('malformed', 'more than 8,192 characters', access('p256', { more: 'x'.repeat(6_000) })),
  refusal('malformed', 'a header that is no JSON', `${part('alg')}.${body}.${signature}`),
  refusal('malformed', 'a header that is a list', compact('[]', claims, by.p256)),
  refusal('malformed', 'no kid', access('p256', {}, without('kid'))),
  refusal('malformed', 'no typ', access('p256', {}, without('typ'))),
  refusal('malformed', 'a kid that is a number', access('p256', {}, { kid: 1 })),
  refusal('malformed', 'an extension', access('p256', {}, { crit: ['exp'] })),
  refusal('malformed', 'a key in the header', access('p256', {}, { jwk: jwk('p256', 'ES256') })),
  refusal('malformed', 'an address of keys in the header', access('p256', {}, { jku: 'https://evil.example/jwks.json' })),
  refusal('kind', 'an identity token', access('p256', {}, { typ: 'JWT' })),
  refusal('kind', 'another spelling of typ', access('p256', {}, { typ: 'AT+JWT' })),
  refusal('unknown_key', 'a kid of nobody', access('p256', {}, { kid: 'mine' })),
  refusal('unknown_key', 'a kid of the prototype', access('p256', {}, { kid: '__proto__' })),
  refusal('unknown_key', 'a shared key', access('p256', {}, { alg: 'HS256', kid: 'another kind' })),
  refusal('unknown_key', 'a short RSA key', compact(header('RS256', thumbprint('rsa1024')), claims, signers.RS256(keys.rsa1024.private))),
  refusal('unknown_key', 'a key for encryption', access('p256', {}, { kid: 'for secrecy' })),
  refusal('unknown_key', 'a key of another padding', access('rsa', {}, { kid: 'another padding' })),
  refusal('unknown_key', 'a key of another curve', access('p256', {}, { alg: 'ES384', kid: thumbprint('p384') })),
  refusal('algorithm', 'none', access('p256', {}, { alg: 'none' }, 'nobody')),
  refusal('algorithm', 'HS256 with the public key', compact(header('HS256', thumbprint('rsa')), claims, byPublicKey)),
  refusal('algorithm', "another key's algorithm", access('rsa', {}, { kid: thumbprint('p256') })),
  refusal('algorithm', 'another spelling of alg', access('p256', {}, { alg: 'es256' })),
  refusal('signature', 'no signature', `${head}.${body}.`),
  refusal('signature', 'zeros', `${head}.${body}.${part(Buffer.alloc(64).toString('latin1'))}`),
  refusal('signature', "another token's", `${head}.${part({ ...claims, sub: 'con_2' })}.${signature}`),
  refusal('signature', 'in DER', compact(own('p256'), claims, (signed) => sign('sha256', signed, keys.p256.private))),
  refusal('signature', "another key's", compact(own('p256'), claims, by.ed25519)),
  refusal('signature', 'a byte more', `${head}.${body}.${Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.alloc(1)]).toString('base64url')}`),
  refusal('issuer', "another server's", access('p256', { iss: 'https://evil.example' })),
  refusal('issuer', 'a slash', access('p256', { iss: `${server}/` })),
  refusal('issuer', 'nobody', access('p256', without('iss'))),
  refusal('audience', 'another', access('p256', { aud: server })),
  refusal('audience', 'nobody', access('p256', without('aud'))),
  refusal('claims', 'no object', compact(own('p256'), '[]', by.p256)),
  refusal('claims', 'no JSON', compact(own('p256'), '{', by.p256)),
  ...['sub', 'sid', 'ws', 'jti', 'iat', 'exp'].map((name) => refusal('claims', `no ${name}`, access('p256', without(name)))),
  refusal('claims', 'an empty sub', access('p256', { sub: '' })),
  refusal('claims', 'a sub that is a number', access('p256', { sub: 7 })),
  refusal('claims', 'a time in a text', access('p256', { exp: String(now + 600) })),
  refusal('claims', 'a time with a fraction', access('p256', { exp: now + 600.5 })),
  refusal('claims', 'a confirmation without a key', access('p256', { cnf: {} })),
  refusal('claims', 'a confirmation that is a text', access('p256', { cnf: jkt })),
  refusal('expired', 'just now', access('p256', { iat: now - 600, exp: now })),
  refusal('expired', 'long ago', access('p256', { iat: 1, exp: 601 })),
  refusal('issued_ahead', 'by 61 s', access('p256', { iat: now + 61, exp: now + 660 })),
]

const vectors = { about: 'Written by sdk/vectors.mjs. The keys are published and protect nothing.', now, widget, keys, digests, tokens, unsigned, access: { server, jwks, accepted, refused } }
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)

// The last character of 64 bytes in base64url has four bits that mean nothing.
function respelt(token) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) + 1]
}

function newKeys() {
  const made = (kind, options) => {
    const pair = generateKeyPairSync(kind, options)
    return { private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), public: pair.publicKey.export({ type: 'spki', format: 'pem' }) }
  }
  return {
    ed25519: made('ed25519'), p256: made('ec', { namedCurve: 'P-256' }), p384: made('ec', { namedCurve: 'P-384' }),
    rsa: made('rsa', { modulusLength: 2048 }), rsa1024: made('rsa', { modulusLength: 1024 }),
  }
}
