// The facts of the vendors' pages, against the rows of crates/identity and the real binary; the guides' commands.

import assert from 'node:assert/strict';
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filled, marked, profiles, provenBy, refused } from './facts.mjs';
import { call, root, signedIn, stage, until } from './kit.mjs';

let page;
let made;
let owner;
const server = () => page.here('http://127.0.0.1:8080');
const headers = () => ({ authorization: `Bearer ${made.secret_key}` });
const widget = (more = '') => `${server()}/api/v1/widgets/${made.widget.id}${more}`;

before(async () => {
  page = await stage('identity/migrate.md', [8080]);
  made = JSON.parse((await page.shell('countersign bootstrap --data ./data --organization guides --owner ann@guides.example --profile countersign --token-algorithm ES256 --json')).stdout);
  const child = page.start(`countersign serve --data ./data --token-algorithm ES256 --allow-private-urls --listen ${page.here('127.0.0.1:8080')}`);
  await until(async () => (await fetch(`${server()}/readyz`)).ok, () => child.said);
  owner = await signedIn(server(), made.owner);
});

after(() => page.end());

/** What the command of a guide prints. */
async function asked(guide, name, more = {}) {
  const text = readFileSync(join(root, 'docs/identity', guide), 'utf8');
  const command = text.match(new RegExp(`^\`\`\`sh id=${name}\\n(.*?)^\`\`\`$`, 'ms'))[1];
  const { stdout } = await page.shell(command, { SERVER: server(), WIDGET_ID: made.widget.id, COUNTERSIGN_SECRET_KEY: made.secret_key, ...more });
  return JSON.parse(stdout);
}

test('every table of facts is that of the rows', () => {
  const pages = marked();
  assert.ok(pages.length > 40, `${pages.length} pages`);
  for (const [path, text] of pages) assert.equal(text, filled(text), `${relative(root, path)}: run \`node docs/tests/facts.mjs\``);
});

test('every vendor has a page, which the list names', () => {
  const list = readFileSync(join(root, 'docs/identity/migrate.md'), 'utf8');
  const named = [...list.matchAll(/\((migrate-[\w-]+\.md)\)/g)].map((found) => join(root, 'docs/identity', found[1]));
  assert.ok(named.every(existsSync));
  const texts = named.map((path) => readFileSync(path, 'utf8'));
  for (const { name } of profiles.filter(({ name }) => name !== 'countersign')) {
    assert.ok(texts.some((text) => text.includes(`\`${name}\``)), `no page has ${name}`);
  }
});

test('the server lists what the rows say', async () => {
  const { body } = await call('GET', `${server()}/api/v1/identity/formats`, { headers: headers() });
  assert.deepEqual(body.profiles.map(({ name }) => name).sort(), profiles.map(({ name }) => name).sort());
  for (const format of body.profiles) {
    const row = profiles.find(({ name }) => name === format.name);
    assert.equal(format.proves, row.proves);
    assert.deepEqual(format.inferred, row.inferred ?? []);
    for (const mode of format.modes) {
      const way = row[mode.mode];
      assert.equal(mode.proof_field, way.proof, format.name);
      assert.equal(mode.lifetime ?? undefined, way.lifetime, format.name);
    }
  }
});

test('what is refused is no profile of a widget', async () => {
  for (const { name } of refused) {
    const answer = await call('PATCH', widget(), { headers: headers(), body: { profile: name } });
    assert.deepEqual([answer.status, answer.body.code], [422, 'unknown_profile'], name);
  }
});

const now = () => Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(claims, key, header = { alg: 'HS256', typ: 'JWT' }) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac(header.alg.replace('HS', 'sha'), key).update(signed).digest('base64url')}`;
}

function open(identity) {
  return call('POST', `${server()}/widget/v1/sessions`, { body: { widget: made.widget.public_key, identity } });
}

/** Changes the widget as its owner: some changes lower its protection, which a secret key may not. */
async function set(change) {
  const answer = await call('PATCH', `${server()}/dashboard/v1/widgets/${made.widget.id}`, { headers: owner, body: change });
  assert.equal(answer.status, 200, answer.text);
}

/** Somebody new for each way to sign: whom a token proved, an HMAC does not prove any more. */
const valuesOf = (profile, mode) => ({ id: `user_${profile.name}_${mode}`, email: `${mode}@${profile.name}.example`, name: 'Ada', phone: '+4912345', avatar_url: 'https://example.com/a.png', company_id: 'c1', company_name: 'Netflix' });
const INSTALL = '0a1b2c3d-0000-4000-8000-00000000beef';
const named = (text, profile) => text.replaceAll('{widget}', profile.install ? INSTALL : made.widget.public_key);
/** A value at a dotted path. */
const at = (path, value) => path.split('.').reverse().reduce((inner, name) => ({ [name]: inner }), value);

/** The claims that a row asks for, all of them. */
function claimsOf(profile, mode) {
  const way = profile[mode];
  const values = valuesOf(profile, mode);
  const claims = (way.claims ?? []).filter((one) => !one.unless).map((one) => Object.assign(at(one.claim, (one.prefix ?? '') + values[one.field]), one.when && { [one.when]: true }));
  const fixed = (way.fixed ?? []).map(([name, value]) => ({ [name]: named(value, profile) }));
  return [...claims, ...fixed, ...(way.present ?? []).map((name) => ({ [name]: 'w' }))].reduce(merge, {});
}

const kidOf = (profile, mode, algorithm) => `key-of-${profile.name}-${mode}-${algorithm}`;

const merge = (one, other) => Object.entries(other).reduce((so, [name, value]) => ({ ...so, [name]: typeof value === 'object' && so[name] ? merge(so[name], value) : value }), one);

/** What a page sends whose back end signs by the row with a shared secret. */
function signed(profile, mode, secret, algorithm) {
  const way = profile[mode];
  const key = { text: secret, hex: Buffer.from(secret, 'hex'), base64: Buffer.from(secret, 'base64') }[way.key];
  if (mode === 'jwt') {
    const header = { alg: algorithm, typ: 'JWT', ...(way.key_id === 'required' && { kid: kidOf(profile, mode, algorithm) }) };
    return { [way.proof]: jwt({ ...claimsOf(profile, mode), aud: named(way.audience_is ?? '{widget}', profile), iat: now(), exp: now() + 600 }, key, header) };
  }
  const fields = Object.fromEntries([...way.message.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, fieldOf(profile, mode, name)]));
  const text = way.message.replaceAll(/\{(\w+)\}/g, (_, name) => fields[name]);
  const digest = (form) => createHmac('sha256', key).update(text).digest(form);
  const written = { hex_lower: () => digest('hex'), hex_any: () => digest('hex').toUpperCase(), base64: () => digest('base64'), base64url: () => digest('base64url'), key_and_hex: () => `${kidOf(profile, mode, algorithm)}:${digest('hex')}` };
  return { ...fields, [way.proof]: written[way.digest]() };
}

function fieldOf(profile, mode, name) {
  const way = profile[mode];
  if (name === way.time) return String(Date.now());
  if (name === way.payload?.field) {
    const text = JSON.stringify(claimsOf(profile, mode));
    return way.payload.form === 'base64' ? Buffer.from(text).toString('base64') : text;
  }
  const said = profile.said.find(([one]) => one === name);
  return said ? valuesOf(profile, mode)[said[1]] : '123.456';
}

const SHARED = profiles.flatMap((profile) => ['jwt', 'hmac'].filter((mode) => profile[mode]?.key && profile[mode].form !== 'paseto_v2_local').flatMap((mode) => (profile[mode].shared ?? ['HS256']).map((algorithm) => [profile, mode, algorithm])));

for (const [profile, mode, algorithm] of SHARED) {
  test(`${profile.name}, ${mode}, ${algorithm}: a secret is brought along, and signs as the row says`, async () => {
    await set({ profile: profile.name, ...(profile.install && { audience: INSTALL }) });
    const secret = randomBytes(32).toString('hex');
    const created = await call('POST', widget('/identity_secrets'), { headers: headers(), body: { secret, mode, algorithm, kid: kidOf(profile, mode, algorithm) } });
    assert.equal(created.status, 201, created.text);
    const answer = await open(signed(profile, mode, secret, algorithm));
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.trust, mode);
    const contact = await call('GET', `${server()}/api/v1/contacts/${answer.body.contact.id}`, { headers: headers() });
    const proven = Object.entries(contact.body.fields).filter(([, field]) => field.provenance === 'proven');
    assert.deepEqual(proven.map(([name]) => name).sort(), provenBy(profile, mode).filter((field) => !profile[mode].claims?.some((one) => one.unless && one.field === field)).sort());
  });
}

const PAIRS = { RS256: ['rsa', { modulusLength: 2048 }], PS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], Ed25519: ['ed25519', {}] };
const PUBLIC = profiles.flatMap((profile) => (profile.public_keys ?? []).map((algorithm) => [profile, algorithm]));

for (const [profile, alg] of PUBLIC) {
  test(`${profile.name}, ${alg}: a public key of yours checks what the row says`, async () => {
    await set({ profile: profile.name, ...(profile.install && { audience: INSTALL }) });
    const [kind, options] = PAIRS[alg];
    const { publicKey, privateKey } = generateKeyPairSync(kind, options);
    const kid = `own-${profile.name}-${alg}`;
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg };
    const created = await call('POST', widget('/identity_secrets'), { headers: headers(), body: { public_key: JSON.stringify(jwk), kid } });
    assert.equal(created.status, 201, created.text);
    const way = profile.jwt;
    const text = `${part({ alg, kid })}.${part({ ...claimsOf(profile, 'jwt'), aud: named(way.audience_is ?? '{widget}', profile), iat: now(), exp: now() + 600 })}`;
    const how = { PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, ES256: { dsaEncoding: 'ieee-p1363' } }[alg];
    const signature = sign(alg === 'Ed25519' ? null : 'sha256', Buffer.from(text), { key: privateKey, ...how });
    const answer = await open({ [way.proof]: `${text}.${signature.toString('base64url')}` });
    assert.equal(answer.status, 201, answer.text);
  });
}

test('the vendor\'s id is given to the widget by the command', async () => {
  await set({ profile: 'onesignal' });
  assert.equal((await asked('migrate.md', 'audience', { VENDOR_ID: INSTALL })).audience, INSTALL);
  assert.equal((await asked('migrate.md', 'audience', { VENDOR_ID: 'https://onesignal.com' })).code, 'bad_audience');
});

test('a secret is brought along by the command, and not twice', async () => {
  const VENDOR_SECRET = randomBytes(32).toString('hex');
  await set({ profile: 'intercom-hmac' });
  const created = await asked('migrate.md', 'import', { VENDOR_SECRET });
  assert.deepEqual([created.kind, created.mode, created.secret], ['shared', 'hmac', null]);
  assert.equal((await asked('migrate.md', 'import', { VENDOR_SECRET })).code, 'same_key');
  assert.equal((await asked('migrate.md', 'import', { VENDOR_SECRET: 'short' })).code, 'bad_key');
});

describe('the guides', () => {
  const secret = randomBytes(32).toString('hex');
  const token = (more) => jwt({ sub: 'guided', aud: made.widget.public_key, iat: now(), exp: now() + 600, ...more }, secret);
  let id;

  before(async () => {
    await set({ profile: 'countersign' });
    const answer = await call('POST', widget('/identity_secrets'), { headers: headers(), body: { secret, kid: 'guided' } });
    assert.equal(answer.status, 201, answer.text);
    id = answer.body.id;
    assert.equal(answer.body.state, 'next');
  });

  test('explain names causes, and fields', async () => {
    const explain = (identity) => asked('explain.md', 'explain', { IDENTITY: JSON.stringify(identity) });
    const good = await explain({ token: token(), name: 'Eve' });
    assert.deepEqual([good.outcome, good.trust, good.fields.id.provenance, good.fields.name.provenance], ['accepted', 'jwt', 'proven', 'said']);
    const mistake = await explain({ token: jwt({ sub: 'guided', aud: made.widget.public_key, iat: now(), exp: now() + 600 }, `${secret}\n`) });
    assert.deepEqual([mistake.outcome, mistake.reason, mistake.findings[0].cause], ['refused', 'signature', 'the secret was used with a newline at its end']);
    const bound = await explain({ token: token({ cnf: { jkt: 'A'.repeat(43) } }) });
    assert.equal(bound.outcome, 'accepted');
    assert.match(bound.findings[0].cause, /cnf\.jkt/);
    const limited = await until(async () => {
      const answer = await call('POST', `${server()}/api/v1/identity/explain`, { headers: headers(), body: { presented: { token: 'x' } } });
      return answer.status === 429 && answer;
    });
    assert.equal(limited.body.code, 'too_many_requests');
  });

  test('explain without a server says the same', async () => {
    await writeFile(join(page.folder, 'secret.txt'), secret);
    await writeFile(join(page.folder, 'proof.json'), JSON.stringify({ token: token() }));
    const text = readFileSync(join(root, 'docs/identity/explain.md'), 'utf8');
    const command = text.match(/^```sh id=offline\n(.*?)^```$/ms)[1].replace('--secret-file', '--kid guided --secret-file');
    const env = { WIDGET_KEY: made.widget.public_key };
    await page.shell(command, env);
    await writeFile(join(page.folder, 'proof.json'), JSON.stringify({ token: jwt({ sub: 'guided' }, 'another') }));
    await assert.rejects(page.shell(command, env), { code: 1 });
  });

  test('coverage counts, and keys show their share', async () => {
    assert.equal((await open({ token: token() })).status, 201);
    const before = await asked('observe.md', 'coverage');
    assert.equal((await open({ name: 'Eve' })).status, 401);
    await set({ mode: 'observe' });
    assert.equal((await open({ name: 'Eve' })).status, 201);
    await set({ mode: 'enforce' });
    const coverage = await asked('observe.md', 'coverage');
    assert.deepEqual([coverage.totals.valid, coverage.totals.missing], [before.totals.valid, before.totals.missing + 2]);
    assert.equal(coverage.verdict.safe_to_enforce, false);
    assert.equal(coverage.days.length, 7);
    assert.ok(coverage.verdict.sentence.endsWith('.'));
    const key = (await asked('rotate.md', 'keys')).items.find((one) => one.id === id);
    assert.equal(key.state, 'in_use');
    assert.ok(key.share > 0 && key.share <= 1 && key.first_used_at && key.last_used_at);
  });

  test('a date ends a key, and can be taken back', async () => {
    const dated = (retire_at) => call('PATCH', widget(`/identity_secrets/${id}`), { headers: headers(), body: { retire_at } });
    assert.equal((await dated('2099-12-01T00:00:00Z')).body.state, 'retiring');
    assert.equal((await dated(null)).body.state, 'in_use');
    assert.equal((await dated('2020-12-01T00:00:00Z')).body.code, 'bad_date');
  });

  test('what was signed before a moment is void', async () => {
    const old = token({ iat: now() - 5 });
    assert.equal((await open({ token: old })).status, 201);
    await set({ proofs_valid_from: new Date().toISOString() });
    assert.equal((await open({ token: old })).status, 401);
    assert.equal((await open({ token: token() })).status, 201);
    const future = await call('PATCH', widget(), { headers: headers(), body: { proofs_valid_from: '2099-12-01T00:00:00Z' } });
    assert.equal(future.status, 422);
  });

  test('a token opens one session, where that is demanded', async () => {
    const once = token({ jti: 'once' });
    await set({ single_use_tokens: true });
    assert.equal((await open({ token: once })).status, 201);
    const again = await open({ token: once });
    const reused = await open({ token: token() });
    for (const [answer, reason] of [[again, 'spent'], [reused, 'not_single_use']]) {
      assert.equal(answer.status, 401);
      const found = await until(async () => (await call('GET', `${server()}/api/v1/refusals?reference=${answer.body.request_id}`, { headers: headers() })).body.items[0]);
      assert.equal(found.reason, reason);
    }
  });

  test('a retired key proves nothing and does not come back', async () => {
    assert.equal((await call('DELETE', widget(`/identity_secrets/${id}`), { headers: headers() })).status, 204);
    assert.equal((await open({ token: token({ jti: 'late' }) })).status, 401);
    const answer = await call('POST', widget('/identity_secrets'), { headers: headers(), body: { secret, kid: 'guided-again' } });
    assert.equal(answer.body.code, 'same_key');
  });
});

test('published keys: taken, kept when they cannot be fetched, and let go', async () => {
  await set({ single_use_tokens: false });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const answers = { status: 200, text: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'published' }] }) };
  const site = createServer((_, response) => response.writeHead(answers.status).end(answers.text));
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  const JWKS_URL = `http://127.0.0.1:${site.address().port}/`;
  const token = () => {
    const text = `${part({ alg: 'Ed25519', kid: 'published' })}.${part({ sub: 'published', aud: made.widget.public_key, iat: now(), exp: now() + 600 })}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  };
  try {
    const taken = await asked('jwks.md', 'jwks', { JWKS_URL });
    assert.deepEqual([taken.keys, taken.skipped, taken.fault], [[{ kid: 'published', algorithm: 'Ed25519' }], [], null]);
    assert.equal((await open({ token: token() })).status, 201);
    const { by_key: signers } = await asked('observe.md', 'coverage');
    assert.ok(signers.some(({ key }) => key === 'jwks:published'), JSON.stringify(signers));
    answers.text = JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'published' }] });
    assert.equal((await asked('jwks.md', 'jwks', { JWKS_URL })).code, 'bad_jwks');
    answers.status = 503;
    assert.equal((await asked('jwks.md', 'jwks', { JWKS_URL })).code, 'bad_jwks');
    assert.equal((await open({ token: token() })).status, 201);
    assert.equal((await call('DELETE', widget('/jwks'), { headers: headers() })).status, 204);
    assert.equal((await open({ token: token() })).status, 401);
  } finally {
    site.close();
  }
});
