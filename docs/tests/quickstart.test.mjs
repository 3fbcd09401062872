// Runs the quickstart as it is written: its blocks are taken from the page, the ports replaced
// by free ones, and every answer compared with what the page promises.
//
// The binary is target/debug/countersign, or what COUNTERSIGN_BINARY names.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { call, stage, until } from './kit.mjs';

let page;
const server = () => page.here('http://127.0.0.1:8080');
const application = () => page.here('http://127.0.0.1:3000');

before(async () => {
  page = await stage('quickstart.md', [8080, 3000]);
  for (const [name, text] of page.files()) await writeFile(join(page.folder, name), text);
});

after(() => page.end());

test('bootstrap makes everything and shows it once', async () => {
  const shown = join(page.folder, 'countersign.json');
  await page.shell(page.block('id', 'bootstrap'));
  const made = JSON.parse(await readFile(shown, 'utf8'));
  assert.match(made.widget.public_key, /^cs_pk_live_/);
  assert.match(made.identity_secret.secret, /^cs_idj_/);
  assert.match(made.secret_key, /^cs_sk_live_/);
  assert.ok(made.owner.password.length >= 12);

  await copyFile(shown, join(page.folder, 'first.json'));
  await page.shell(page.block('id', 'bootstrap'));
  const again = JSON.parse(await readFile(shown, 'utf8'));
  await copyFile(join(page.folder, 'first.json'), shown);
  assert.equal(again.identity_secret.secret, null);
  assert.equal(again.secret_key, null);
  assert.equal(again.owner.password, null);
  assert.equal(again.widget.public_key, made.widget.public_key);

  const { stdout } = await page.shell(`${page.block('id', 'environment')}env | grep ^COUNTERSIGN_`);
  for (const line of stdout.trim().split('\n')) {
    page.environment[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  assert.equal(page.environment.COUNTERSIGN_WIDGET_KEY, made.widget.public_key);
  assert.equal(page.environment.COUNTERSIGN_IDENTITY_SECRET, made.identity_secret.secret);
});

test('serve says where', async () => {
  const listen = ` --listen ${page.here('127.0.0.1:8080')}`;
  const child = page.start(page.block('id', 'serve').trimEnd() + listen);
  const promised = page.page.match(/`(countersign serves [^`]+)`/)[1];
  await until(() => page.there(child.said).includes(promised), () => child.said);
  await until(async () => (await fetch(`${server()}/readyz`)).ok);
});

for (const language of ['node', 'python']) {
  test(`the ${language} back end signs what is accepted, and nothing else is`, async () => {
    const backEnd = page.start(page.block('id', language));
    const html = await until(async () => (await fetch(application())).text(), () => backEnd.said);
    assert.ok(html.includes(page.environment.COUNTERSIGN_WIDGET_KEY));
    assert.ok(html.includes(`${server()}/sdk/countersign.js`));

    const key = browserKey();
    const bound = await (await fetch(`${application()}/countersign-token?jkt=${key.jkt}`)).text();
    const session = await openBound(key, bound);
    assert.equal(session.status, 201, session.text);
    assert.equal(session.body.token_type, 'DPoP');
    assert.equal(session.body.trust, 'jwt');
    assert.equal(session.body.contact.name, 'Alice Chesterton');
    assert.equal(session.body.contact.email, 'alice@netflix.example');

    const copied = await open({ token: bound });
    assert.equal(copied.status, 401, 'a bound token is of no use without its key');
    assert.equal(copied.body.code, 'identity_refused');

    const plain = await (await fetch(`${application()}/countersign-token`)).text();
    const bearer = await open({ token: plain });
    assert.equal(bearer.status, 201, bearer.text);
    assert.equal(bearer.body.contact.id, session.body.contact.id, 'the same person');
    const authorization = `Bearer ${bearer.body.access_token}`;
    const me = await call('GET', `${server()}/widget/v1/me`, { headers: { authorization } });
    assert.equal(me.body.fields.company_id.value, 'C256434');
    assert.equal(me.body.fields.company_id.provenance, 'proven');

    const [header, , signature] = plain.split('.');
    const asBob = Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url');
    const forged = await open({ token: `${header}.${asBob}.${signature}` });
    assert.equal(forged.status, 401);
    await page.stop(backEnd);
  });
}

test('a refusal is uniform outside and exact inside', async () => {
  const outside = JSON.parse((await page.shell(page.block('id', 'refusal'))).stdout);
  const promised = JSON.parse(page.block('answer', 'refusal'));
  assert.deepEqual({ ...outside, request_id: null }, { ...promised, request_id: null });
  assert.match(outside.request_id, /^req_[0-9a-z]{26}$/);

  const inside = await until(async () => {
    const list = JSON.parse((await page.shell(page.block('id', 'reason'))).stdout);
    return list.items.length && list;
  });
  const { items: [expected] } = JSON.parse(page.block('answer', 'reason'));
  const [found] = inside.items;
  assert.equal(found.reference, outside.request_id);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const name of ['reason', 'many', 'cause', 'mend', 'origin']) assert.equal(found[name], expected[name], name);
});

test('only the page of --origin may speak to the widget', async () => {
  const { widget } = JSON.parse(await readFile(join(page.folder, 'countersign.json'), 'utf8'));
  const config = `${server()}/widget/v1/config?widget=${widget.public_key}`;
  for (const origin of ['https://evil.example.com', `${application()}0`, application().replace('http', 'https'), 'null']) {
    const refused = await call('GET', config, { headers: { origin } });
    assert.deepEqual([refused.status, refused.body.code], [403, 'origin_not_allowed'], origin);
    assert.ok(refused.body.detail.includes(`\`${origin}\``), refused.body.detail);
  }
  for (const origin of [application(), server()]) {
    assert.equal((await call('GET', config, { headers: { origin } })).status, 200, origin);
  }
});

test('without bearer sessions, a key is demanded', async () => {
  const { secret_key, widget } = JSON.parse(await readFile(join(page.folder, 'countersign.json'), 'utf8'));
  const headers = { authorization: `Bearer ${secret_key}` };
  const changed = await call('PATCH', `${server()}/api/v1/widgets/${widget.id}`, { headers, body: { allow_bearer: false } });
  assert.equal(changed.status, 200, changed.text);
  const refused = await open({ token: 'x' });
  assert.equal(refused.body.code, 'dpop_required');
});

function open(identity) {
  const body = { widget: page.environment.COUNTERSIGN_WIDGET_KEY, identity };
  return call('POST', `${server()}/widget/v1/sessions`, { body });
}

/** Opens a session bound to `key`, with the nonce that the server asks for. */
async function openBound(key, token) {
  const body = { widget: page.environment.COUNTERSIGN_WIDGET_KEY, identity: { token }, key: key.jwk };
  const url = `${server()}/widget/v1/sessions`;
  const first = await call('POST', url, { body, headers: { dpop: key.proof(url) } });
  assert.equal(first.body.code, 'use_dpop_nonce');
  const nonce = first.headers.get('dpop-nonce');
  return call('POST', url, { body, headers: { dpop: key.proof(url, nonce) } });
}

/** A key as a browser makes it, and its proofs (RFC 9449). */
function browserKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const jwk = { kty, crv, x, y };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const proof = (htu, nonce) => {
    const claims = { htm: 'POST', htu, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), nonce };
    const signed = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };
  return { jwk, jkt, proof };
}
