// Runs the quickstart as it is written: its blocks are taken from the page, the ports replaced
// by free ones, and every answer compared with what the page promises.
//
// The binary is target/debug/countersign, or what COUNTERSIGN_BINARY names.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.COUNTERSIGN_BINARY ?? join(root, 'target/debug/countersign'));
const run = promisify(execFile);

let folder, ports, server, environment, blocks;
const children = new Set();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-quickstart-'));
  ports = { 8080: await freePort(), 3000: await freePort() };
  blocks = blocksOf(await readFile(join(root, 'docs/quickstart.md'), 'utf8'));
  await mkdir(join(folder, 'bin'));
  await symlink(binary, join(folder, 'bin/countersign'));
  environment = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  for (const { name, text } of blocks.filter((block) => block.kind === 'file')) {
    await writeFile(join(folder, name), text);
  }
});

after(async () => {
  await Promise.all([...children].map(stop));
  await rm(folder, { recursive: true, force: true });
});

test('bootstrap makes everything and shows it once', async () => {
  await shell('bootstrap');
  const made = JSON.parse(await readFile(join(folder, 'countersign.json'), 'utf8'));
  assert.match(made.widget.public_key, /^cs_pk_live_/);
  assert.match(made.identity_secret.secret, /^cs_idj_/);
  assert.match(made.secret_key, /^cs_sk_live_/);
  assert.ok(made.owner.password.length >= 12);

  const again = JSON.parse((await shell('bootstrap', '; cat countersign.json; cp first.json countersign.json', 'cp countersign.json first.json;')).stdout);
  assert.equal(again.identity_secret.secret, null);
  assert.equal(again.secret_key, null);
  assert.equal(again.owner.password, null);
  assert.equal(again.widget.public_key, made.widget.public_key);

  const lines = (await shell('environment', '; env | grep ^COUNTERSIGN_')).stdout.trim().split('\n');
  for (const line of lines) environment[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  assert.equal(environment.COUNTERSIGN_WIDGET_KEY, made.widget.public_key);
  assert.equal(environment.COUNTERSIGN_IDENTITY_SECRET, made.identity_secret.secret);
});

test('serve says where', async () => {
  server = start('serve', ` --listen 127.0.0.1:${ports[8080]}`);
  const promised = `countersign serves ${here('http://127.0.0.1:8080')} (widget: ${here('http://127.0.0.1:8080')})`;
  await until(() => server.said.includes(promised), () => server.said);
  await until(async () => (await fetch(here('http://127.0.0.1:8080/readyz'))).ok);
});

for (const language of ['node', 'python']) {
  test(`the ${language} back end signs what is accepted`, async () => {
    const backEnd = start(language);
    const origin = here('http://127.0.0.1:3000');
    const page = await until(async () => (await fetch(origin)).text(), () => backEnd.said);
    assert.ok(page.includes(environment.COUNTERSIGN_WIDGET_KEY));
    assert.ok(page.includes(here('http://127.0.0.1:8080/sdk/countersign.js')));

    const key = browserKey();
    const bound = await (await fetch(`${origin}/countersign-token?jkt=${key.jkt}`)).text();
    const session = await openBound(key, bound);
    assert.equal(session.status, 201, JSON.stringify(session.body));
    assert.equal(session.body.token_type, 'DPoP');
    assert.equal(session.body.trust, 'jwt');
    assert.equal(session.body.contact.name, 'Alice Chesterton');
    assert.equal(session.body.contact.email, 'alice@netflix.example');

    const copied = await open({ token: bound });
    assert.equal(copied.status, 401, 'a bound token is of no use without its key');
    assert.equal(copied.body.code, 'identity_refused');

    const plain = await (await fetch(`${origin}/countersign-token`)).text();
    const bearer = await open({ token: plain });
    assert.equal(bearer.status, 201, JSON.stringify(bearer.body));
    assert.equal(bearer.body.contact.id, session.body.contact.id, 'the same person');

    const me = await fetch(here('http://127.0.0.1:8080/widget/v1/me'), { headers: { authorization: `Bearer ${bearer.body.access_token}` } });
    assert.equal((await me.json()).fields.company_id.provenance, 'proven');

    const [header, , signature] = plain.split('.');
    const asBob = Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url');
    const forged = await open({ token: `${header}.${asBob}.${signature}` });
    assert.equal(forged.status, 401);
    await stop(backEnd);
  });
}

test('a refusal is uniform outside and exact inside', async () => {
  const outside = JSON.parse((await shell('refusal')).stdout);
  const promised = JSON.parse(block('answer', 'refusal'));
  assert.deepEqual({ ...outside, request_id: null }, { ...promised, request_id: null });
  assert.match(outside.request_id, /^req_[0-9a-z]{26}$/);

  const inside = await until(async () => {
    const list = JSON.parse((await shell('reason')).stdout);
    return list.items.length && list;
  });
  const { items: [expected] } = JSON.parse(block('answer', 'reason'));
  const [{ reference, ...found }] = inside.items;
  assert.equal(reference, outside.request_id);
  assert.deepEqual(Object.keys(inside.items[0]).sort(), Object.keys(expected).sort());
  for (const name of ['reason', 'many', 'cause', 'mend', 'origin']) assert.equal(found[name], expected[name], name);
});

/** Every block of the page that says what it is: `file=`, `id=` or `answer=`. */
function blocksOf(page) {
  return [...page.matchAll(/^```\w+ (file|id|answer)=(\S+)\n(.*?)^```$/gms)].map(([, kind, name, text]) => ({ kind, name, text: here(text) }));
}

function block(kind, name) {
  const found = blocks.find((one) => one.kind === kind && one.name === name);
  assert.ok(found, `the page has no block ${kind}=${name}`);
  return found.text;
}

/** The same text with this run's ports. */
function here(text) {
  return text.replaceAll('8080', ports[8080]).replaceAll('3000', ports[3000]);
}

function shell(id, after = '', before = '') {
  return run('bash', ['-euc', `${before}${block('id', id).trimEnd()}${after}`], { cwd: folder, env: environment });
}

function start(id, more = '') {
  const child = spawn('bash', ['-euc', `exec ${block('id', id).trimEnd()}${more}`], { cwd: folder, env: environment });
  child.said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (child.said += bytes));
  children.add(child);
  return child;
}

async function stop(child) {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(8_000).then(() => child.kill('SIGKILL'))]);
}

/** What `ask` answers once it is truthy; an error counts as not yet. */
async function until(ask, why = () => '') {
  let last;
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`it did not happen within 20 s: ${why()}`, { cause: last });
}

async function open(identity) {
  const body = JSON.stringify({ widget: environment.COUNTERSIGN_WIDGET_KEY, identity });
  return post(body, {});
}

/** Opens a session bound to `key`, with the nonce that the server asks for. */
async function openBound(key, token) {
  const body = JSON.stringify({ widget: environment.COUNTERSIGN_WIDGET_KEY, identity: { token }, key: key.jwk });
  const first = await post(body, { dpop: key.proof() });
  assert.equal(first.body.code, 'use_dpop_nonce');
  return post(body, { dpop: key.proof(first.nonce) });
}

async function post(body, headers) {
  const response = await fetch(here('http://127.0.0.1:8080/widget/v1/sessions'), {
    method: 'POST', body, headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, nonce: response.headers.get('dpop-nonce'), body: await response.json() };
}

/** A key as a browser makes it, and its proofs (RFC 9449). */
function browserKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const jwk = { kty, crv, x, y };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const proof = (nonce) => {
    const claims = { htm: 'POST', htu: here('http://127.0.0.1:8080/widget/v1/sessions'), jti: randomUUID(), iat: Math.floor(Date.now() / 1000), nonce };
    const signed = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  return { jwk, jkt, proof };
}

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}
