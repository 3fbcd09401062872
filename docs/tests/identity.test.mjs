// Signs as docs/identity and its migration pages say, with node:crypto alone, against the real binary.

import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call, stage, until } from './kit.mjs';

const PROFILES = ['countersign', 'woes-jwt', 'woes-hmac', 'notificationapi', 'fogbender'];
const made = {};
let page;
const server = () => page.here('http://127.0.0.1:8080');

before(async () => {
  page = await stage('identity/README.md', [8080]);
  for (const profile of PROFILES) {
    const { stdout } = await page.shell(`countersign bootstrap --data ./data --organization ${profile} --owner ann@${profile}.example --profile ${profile} --token-algorithm ES256 --json`);
    made[profile] = JSON.parse(stdout);
  }
  const child = page.start(`countersign serve --data ./data --token-algorithm ES256 --listen ${page.here('127.0.0.1:8080')}`);
  await until(async () => (await fetch(`${server()}/readyz`)).ok, () => child.said);
});

after(() => page.end());

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

function jwt(claims, key, header = { alg: 'HS256', typ: 'JWT' }) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

function mac(key, text, form) {
  return createHmac('sha256', key).update(text).digest(form);
}

function open(profile, identity) {
  return call('POST', `${server()}/widget/v1/sessions`, { body: { widget: made[profile].widget.public_key, identity } });
}

function asBackEnd(profile) {
  return { authorization: `Bearer ${made[profile].secret_key}` };
}

async function proven(profile, identity, trust) {
  const answer = await open(profile, identity);
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.trust, trust);
  const contact = await call('GET', `${server()}/api/v1/contacts/${answer.body.contact.id}`, { headers: asBackEnd(profile) });
  return Object.fromEntries(Object.entries(contact.body.fields).map(([name, field]) => [name, `${field.provenance} ${field.value}`]));
}

/** The reason and cause that the administrator reads. */
async function refused(profile, identity) {
  const answer = await open(profile, identity);
  assert.equal(answer.status, 401, answer.text);
  assert.equal(answer.body.code, 'identity_refused');
  return until(async () => {
    const url = `${server()}/api/v1/refusals?reference=${answer.body.request_id}`;
    const { body } = await call('GET', url, { headers: asBackEnd(profile) });
    return body.items[0];
  });
}

const secret = (profile) => made[profile].identity_secret.secret;
const audience = (profile) => made[profile].widget.public_key;
const native = (more) => ({ sub: 'u1', aud: audience('countersign'), iat: now(), exp: now() + 600, ...more });

test('secrets have the form of their profile', () => {
  const forms = { countersign: /^cs_idj_/, 'woes-jwt': /^[0-9a-f]{64}$/, 'woes-hmac': /^[0-9a-f]{64}$/, notificationapi: /^cs_idh_/, fogbender: /^[A-Za-z0-9+/]{32}$/ };
  for (const [profile, form] of Object.entries(forms)) assert.match(secret(profile), form, profile);
});

describe('countersign', () => {
  test('every claim is proven, and what stands beside it is said', async () => {
    const claims = native({ email: ' Ada@Example.COM ', company: { id: 'c1', name: 'Netflix' } });
    const fields = await proven('countersign', { token: jwt(claims, secret('countersign')), name: 'Eve', email: 'eve@example.com' }, 'jwt');
    assert.deepEqual(fields, { id: 'proven u1', email: 'proven ada@example.com', company_id: 'proven c1', company_name: 'proven Netflix', name: 'said Eve' });
  });

  test('the rules of the page for tokens', async () => {
    const cases = [
      ['expired', { exp: now() - 1, iat: now() - 100 }],
      ['lifetime', { exp: now() + 960 }],
      ['audience', { aud: 'cs_pk_live_other' }],
      ['audience', { aud: [audience('countersign'), 'other'] }],
      ['claim_missing', { iat: undefined }],
      ['claim_missing', { sub: undefined }],
      ['claim_type', { sub: 1 }],
      ['claim_type', { exp: now() + 60.5 }],
      ['issued_ahead', { iat: now() + 120, exp: now() + 600 }],
      ['value', { sub: 'x'.repeat(129) }],
      ['confirmation', { cnf: { kid: 'x' } }],
      ['other_key', { cnf: { jkt: 'A'.repeat(43) } }],
      ['token_too_long', { name: 'x'.repeat(8_000) }],
    ];
    for (const [reason, change] of cases) {
      const found = await refused('countersign', { token: jwt(native(change), secret('countersign')) });
      assert.equal(found.reason, reason, JSON.stringify(change));
    }
    const one = { aud: [audience('countersign')] };
    assert.equal((await open('countersign', { token: jwt(native(one), secret('countersign')) })).status, 201);
    const token = jwt(native({ jti: 'once' }), secret('countersign'));
    assert.equal((await open('countersign', { token })).status, 201);
    assert.equal((await open('countersign', { token })).status, 201, 'the page says that a token is not single-use');
  });

  test('headers', async () => {
    const token = (header) => ({ token: jwt(native(), secret('countersign'), header) });
    assert.equal((await refused('countersign', token({ alg: 'none' }))).reason, 'algorithm');
    assert.equal((await refused('countersign', token({ alg: 'HS256', crit: ['x'] }))).reason, 'token_header_name');
    assert.equal((await refused('countersign', token({ alg: 'HS256', typ: 'at+jwt' }))).reason, 'token_kind');
    assert.equal((await refused('countersign', token({ alg: 'HS256', kid: 'nobody' }))).reason, 'unknown_key');
    assert.equal((await open('countersign', token({ alg: 'HS256' }))).status, 201);
  });

  test('known mistakes are named', async () => {
    const causes = {
      'the secret was used with a newline at its end': `${secret('countersign')}\n`,
      'the secret was used in quotes': `"${secret('countersign')}"`,
      'the secret was used without its prefix': secret('countersign').slice('cs_idj_'.length),
      'the secret on your server is empty': '',
    };
    for (const [cause, key] of Object.entries(causes)) {
      assert.equal((await refused('countersign', { token: jwt(native(), key) })).cause, cause);
    }
  });

  test('what is no identity is 400', async () => {
    for (const identity of [{ jwt: 'x' }, { token: 1 }, null, []]) {
      assert.equal((await open('countersign', identity)).status, 400, JSON.stringify(identity));
    }
  });

  test('signatures, by the server', async () => {
    const headers = asBackEnd('countersign');
    const url = `${server()}/api/v1/signatures`;
    const signed = await call('POST', url, { headers, body: { sub: 'u9', name: 'Nine' } });
    assert.deepEqual(Object.keys(signed.body.signatures), ['token']);
    assert.equal((await open('countersign', signed.body.signatures)).status, 201);
    const browser = await call('POST', url, { headers: { ...headers, origin: 'https://app.example.com' }, body: { sub: 'u9' } });
    assert.equal(browser.body.code, 'secret_key_in_browser');
  });

  test('a public key, by the commands of the page; then signing is yours', async () => {
    const env = { SERVER: server(), WIDGET_ID: made.countersign.widget.id, COUNTERSIGN_SECRET_KEY: made.countersign.secret_key };
    await page.shell(page.block('id', 'keypair'));
    const created = JSON.parse((await page.shell(page.block('id', 'register'), env)).stdout);
    assert.equal(created.kind, 'public', JSON.stringify(created));
    assert.equal(created.secret, null);
    const pem = await readFile(join(page.folder, 'identity.pem'), 'utf8');
    for (const alg of ['Ed25519', 'EdDSA']) {
      const signed = `${part({ alg, kid: '2026-11' })}.${part(native({ sub: 'u2' }))}`;
      const token = `${signed}.${sign(null, Buffer.from(signed), createPrivateKey(pem)).toString('base64url')}`;
      assert.equal((await open('countersign', { token })).status, 201, alg);
    }
    const url = `${server()}/api/v1/widgets/${made.countersign.widget.id}/identity_secrets`;
    const headers = asBackEnd('countersign');
    const leaked = await call('POST', url, { headers, body: { mode: 'jwt', public_key: pem } });
    assert.deepEqual([leaked.status, leaked.body.code], [422, 'bad_key']);

    const retired = await call('DELETE', `${url}/${made.countersign.identity_secret.id}`, { headers });
    assert.equal(retired.status, 204);
    assert.equal((await open('countersign', { token: jwt(native(), secret('countersign')) })).status, 401);
    const mine = await call('POST', `${server()}/api/v1/signatures`, { headers, body: { sub: 'u9' } });
    assert.deepEqual([mine.status, mine.body.code], [409, 'signing_key_is_yours']);
  });
});

describe('woes', () => {
  const digest = (email) => mac(Buffer.from(secret('woes-hmac'), 'hex'), email, 'hex');
  const token = (more) => jwt({ email: 'ada@example.com', contact_external_id: 'p1', account_external_id: 'a1', name: 'Ada', aud: audience('woes-jwt'), iat: now(), exp: now() + 600, ...more }, secret('woes-jwt'));

  test('hmac: only the email is proven', async () => {
    const fields = await proven('woes-hmac', { email: ' Ada@Example.com', name: 'Ada', company: 'Netflix', id: 'p1', email_hash: digest('ada@example.com') }, 'hmac');
    assert.deepEqual(fields, { email: 'proven ada@example.com', name: 'said Ada', company_name: 'said Netflix', id: 'said p1' });
  });

  test('hmac: the wrong recipe is named', async () => {
    const asText = await refused('woes-hmac', { email: 'ada@example.com', email_hash: mac(secret('woes-hmac'), 'ada@example.com', 'hex') });
    assert.equal(asText.cause, 'the secret was used as text');
    const foreign = await refused('woes-hmac', { jwt: token() });
    assert.equal(foreign.reason, 'foreign_proof');
  });

  test('jwt', async () => {
    const fields = await proven('woes-jwt', { jwt: token() }, 'jwt');
    assert.deepEqual(fields, { email: 'proven ada@example.com', id: 'proven p1', name: 'proven Ada', company_id: 'proven a1' });
    assert.equal((await refused('woes-jwt', { jwt: token({ email: 'Ada@example.com' }) })).reason, 'value');
    assert.equal((await refused('woes-jwt', { jwt: token({ aud: [audience('woes-jwt')] }) })).reason, 'claim_type');
    assert.equal((await refused('woes-jwt', { jwt: token({ email: undefined }) })).reason, 'claim_missing');
    assert.equal((await refused('woes-jwt', { email: 'ada@example.com', email_hash: digest('ada@example.com') })).reason, 'foreign_proof');
  });
});

describe('notificationapi', () => {
  const hash = (form = 'base64') => mac(secret('notificationapi'), 'u1', form);

  test('the digest of the vendor\'s page', async () => {
    assert.deepEqual(await proven('notificationapi', { userId: 'u1', userIdHash: hash() }, 'hmac'), { id: 'proven u1' });
    assert.equal((await open('notificationapi', { userId: 'u1', userIdHash: `${hash()}\n` })).status, 201, 'Ruby');
  });

  test('other spellings are refused and named', async () => {
    const hexadecimal = await refused('notificationapi', { userId: 'u1', userIdHash: hash('hex') });
    assert.deepEqual([hexadecimal.reason, hexadecimal.cause], ['digest_form', 'the digest is in hexadecimal digits']);
    const id = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ';
    const oracle = await refused('notificationapi', { userId: id, userIdHash: mac(secret('notificationapi'), id, 'base64') });
    assert.equal(oracle.reason, 'message_is_token');
    const other = await refused('notificationapi', { userId: 'u2', userIdHash: hash() });
    assert.equal(other.reason, 'signature');
  });
});

describe('fogbender', () => {
  const token = (claims) => jwt(claims, secret('fogbender'));

  test('the token of the vendor\'s page, with what it ignores', async () => {
    const claims = { userId: 'U1', userEmail: 'alice@netflix.example', userName: 'Alice', customerId: 'C1', customerName: 'Netflix' };
    const ignored = { widgetId: 'x', widgetKey: 'y', versions: { fogbender: '0.10.2' }, visitUrl: 'https://app.example.com' };
    const fields = await proven('fogbender', { ...claims, ...ignored, userJWT: token(claims) }, 'jwt');
    assert.equal(fields.company_id, 'proven C1');
  });

  test('what is not in the token is said, and no company is joined', async () => {
    const answer = await open('fogbender', { userJWT: token({ userId: 'U2' }), userId: 'U2', customerId: 'C1', customerName: 'Netflix' });
    assert.equal(answer.status, 201, answer.text);
    const contact = await call('GET', `${server()}/api/v1/contacts/${answer.body.contact.id}`, { headers: asBackEnd('fogbender') });
    assert.equal(contact.body.company, null);
    assert.equal(contact.body.fields.company_id.provenance, 'said');
  });

  test('stricter than the vendor', async () => {
    assert.equal((await refused('fogbender', { userJWT: token({ userId: 'U1' }), userId: 'U2' })).reason, 'contradiction');
    assert.equal((await refused('fogbender', { userJWT: token({ userId: 'U1', exp: now() - 1 }) })).reason, 'expired');
    assert.equal((await refused('fogbender', { userId: 'U1', widgetKey: 'public' })).reason, 'proof_missing');
    assert.equal((await refused('fogbender', { userId: 'U1', userPaseto: 'v2.local.x' })).reason, 'foreign_proof');
    const twice = `${part({ alg: 'HS256', typ: 'JWT' })}.${Buffer.from('{"userId":"U1","userId":"U1"}').toString('base64url')}`;
    const doubled = await refused('fogbender', { userJWT: `${twice}.${mac(secret('fogbender'), twice, 'base64url')}` });
    assert.equal(doubled.reason, 'token_claims');
  });

  test('userHMAC needs a secret of its own mode', async () => {
    const url = `${server()}/api/v1/widgets/${made.fogbender.widget.id}/identity_secrets`;
    const created = await call('POST', url, { headers: asBackEnd('fogbender'), body: { mode: 'hmac' } });
    assert.equal(created.status, 201, created.text);
    const fields = await proven('fogbender', { userId: 'U7', userName: 'Seven', userHMAC: mac(created.body.secret, 'U7', 'hex').toUpperCase() }, 'hmac');
    assert.deepEqual(fields, { id: 'proven U7', name: 'said Seven' });
    assert.equal((await refused('fogbender', { userId: 'U7', userHMAC: mac(secret('fogbender'), 'U7', 'hex') })).reason, 'signature');
    const both = await call('POST', `${server()}/api/v1/signatures`, { headers: asBackEnd('fogbender'), body: { userId: 'U8' } });
    assert.deepEqual(Object.keys(both.body.signatures).sort(), ['userHMAC', 'userJWT']);
  });

  test('the ratchet: what a token proved, an HMAC does not prove any more', async () => {
    const both = await call('POST', `${server()}/api/v1/signatures`, { headers: asBackEnd('fogbender'), body: { userId: 'U9' } });
    const { userJWT, userHMAC } = both.body.signatures;
    assert.equal((await open('fogbender', { userId: 'U9', userHMAC })).status, 201);
    assert.equal((await open('fogbender', { userId: 'U9', userJWT })).status, 201);
    assert.equal((await refused('fogbender', { userId: 'U9', userHMAC })).reason, 'weaker_proof');
  });
});
