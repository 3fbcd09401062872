// Brings the real binary into the states that docs/operating.md describes, and compares the words.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { call, stage, until } from './kit.mjs';

const BOOTSTRAP = 'countersign bootstrap --data ./data --organization Acme --owner ann@acme.example --token-algorithm ES256 --json';
let page, made, serve, listen;
const at = (...names) => join(page.folder, ...names);
const server = () => page.here('http://127.0.0.1:8080');

before(async () => {
  page = await stage('operating.md', [8080]);
  listen = page.here('127.0.0.1:8080');
  serve = `countersign serve --data ./data --token-algorithm ES256 --listen ${listen}`;
  made = JSON.parse((await page.shell(BOOTSTRAP)).stdout);
  await cp(at('data'), at('pristine'), { recursive: true });
});

afterEach(() => page.stopAll());
after(() => page.end());

/** What the script says on standard error before it gives up. */
async function refusal(script, more) {
  const failed = await page.shell(`timeout 20 ${script}`, more).then(() => assert.fail(`it did not fail: ${script}`), (error) => error);
  assert.equal(failed.code, 1, failed.stderr);
  const line = failed.stderr.trim().split('\n').at(-1);
  assert.ok(line.startsWith('countersign: '), failed.stderr);
  return page.there(line.slice('countersign: '.length));
}

/** The page has these words, in a cell of their own. */
function isOnThePage(words) {
  assert.ok(page.page.includes(`| \`${words}\` |`), `the page lacks: ${words}`);
}

async function renew() {
  await rm(at('data'), { recursive: true });
  await cp(at('pristine'), at('data'), { recursive: true });
}

async function running(more) {
  const child = page.start(serve, more);
  await until(async () => (await fetch(`${server()}/readyz`)).ok, () => child.said);
  return child;
}

async function openSession() {
  const opened = await call('POST', `${server()}/api/v1/signatures`, {
    headers: { authorization: `Bearer ${made.secret_key}` },
    body: { sub: 'alice', email: 'alice@netflix.example' },
  });
  assert.equal(opened.status, 200, opened.text);
  const body = { widget: made.widget.public_key, identity: opened.body.signatures };
  const session = await call('POST', `${server()}/widget/v1/sessions`, { body });
  assert.equal(session.status, 201, session.text);
  return { authorization: `Bearer ${session.body.access_token}` };
}

test('every flag and variable of the help is on the page, with its default', async () => {
  for (const command of ['bootstrap', 'serve']) {
    const { stdout } = await page.shell(`countersign ${command} --help`);
    const variables = [...stdout.matchAll(/\[env: (COUNTERSIGN_\w+)/g)].map((found) => found[1]);
    assert.ok(variables.length >= 3, stdout);
    for (const variable of variables) {
      const flag = `--${variable.slice('COUNTERSIGN_'.length).toLowerCase().replaceAll('_', '-')}`;
      const row = page.page.split('\n').find((line) => [`| \`${flag} `, `| \`${flag}\``].some((begin) => line.startsWith(begin)) && line.includes(`\`${variable}\``));
      assert.ok(row, `${flag} with ${variable} has no row`);
      const defaults = stdout.match(new RegExp(`${flag}\\s[^]*?(?=\\n {2,6}-|$)`))[0].match(/\[default: ([^\]]+)\]/);
      if (defaults) assert.ok(row.includes(defaults[1]), `${flag}: ${defaults[0]}`);
    }
  }
});

test('the folder has what the page says, and nobody else can read the key', async () => {
  const { stdout } = await page.shell('stat -c "%a %n" data data/master.key data/countersign.db; wc -c < data/master.key');
  assert.match(stdout, /^700 data\n600 data\/master\.key\n/);
  assert.match(stdout, /\n44\n$/);
});

test('the port is in use', async () => {
  const other = createServer();
  await new Promise((done) => other.listen(Number(listen.split(':')[1]), '127.0.0.1', done));
  try {
    isOnThePage(await refusal(serve));
  } finally {
    await new Promise((done) => other.close(done));
  }
});

test('the folder is held', async () => {
  const child = await running();
  isOnThePage(await refusal(BOOTSTRAP));
  await page.stop(child);
  assert.equal(child.exitCode, 0, 'SIGTERM is an orderly end');
});

test('the key is gone, wrong, open to others, or no key', async () => {
  await rename(at('data/master.key'), at('aside.key'));
  isOnThePage(await refusal(serve));
  isOnThePage(await refusal(serve, { COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64') }));
  const child = await running({ COUNTERSIGN_MASTER_KEY_FILE: at('aside.key') });
  await page.stop(child);
  await rename(at('aside.key'), at('data/master.key'));
  await chmod(at('data/master.key'), 0o644);
  isOnThePage(await refusal(serve));
  await writeFile(at('data/master.key'), 'not a key');
  await chmod(at('data/master.key'), 0o600);
  isOnThePage(await refusal(serve));
  await renew();
});

test('the origins are wrong', async () => {
  isOnThePage(await refusal(`${serve} --public-url https://support.example.com`));
  isOnThePage(await refusal(`${serve} --public-url https://a.example.com --widget-url https://a.example.com`));
  isOnThePage(await refusal(`countersign serve --data ./data --listen 0.0.0.0:${listen.split(':')[1]}`));
});

test('the database is newer, damaged, or elsewhere', async () => {
  await page.shell(`sqlite3 data/countersign.db "insert into migration values (999, 'later', zeroblob(32))"`);
  isOnThePage(await refusal(serve));
  await rm(at('data/countersign.db-wal'), { force: true });
  await writeFile(at('data/countersign.db'), 'a poem, and no database. '.repeat(400));
  isOnThePage(await refusal(serve));
  isOnThePage(await refusal(`${serve} --database postgres://countersign@192.0.2.1/countersign`));
  await renew();
});

test('what was answered is there after kill -9', async () => {
  let child = await running();
  const headers = await openSession();
  const opened = await call('POST', `${server()}/widget/v1/conversations`, { headers, body: { text: 'Hello' } });
  assert.equal(opened.status, 201, opened.text);
  await page.stop(child, 'SIGKILL');
  child = await running();
  const messages = await call('GET', `${server()}/widget/v1/conversations/${opened.body.id}/messages`, { headers });
  assert.deepEqual(messages.body.items.map((message) => message.text), ['Hello']);
  await page.stop(child);
});

test('backup and restore, as they are written', async () => {
  await mkdir(at('backup'));
  const env = { COUNTERSIGN_DATA: at('data'), BACKUP: at('backup') };
  let child = await running();
  const headers = await openSession();
  const me = await call('GET', `${server()}/widget/v1/me`, { headers });
  assert.equal(me.status, 200);
  const { stdout } = await page.shell(page.block('id', 'backup'), env);
  assert.equal(stdout.trim(), 'ok');
  const copy = await readFile(at('backup/countersign.db'));
  for (const secret of ['alice@netflix.example', made.identity_secret.secret, made.secret_key]) {
    assert.ok(!copy.includes(secret), 'nothing of it is in the copy in clear');
  }
  await page.stop(child);
  await rm(at('data/countersign.db'));

  await page.shell(page.block('id', 'restore'), env);
  child = await running();
  const after = await call('GET', `${server()}/widget/v1/me`, { headers });
  assert.equal(after.status, 401, 'a restore ends every session');
  const contacts = await call('GET', `${server()}/api/v1/contacts?query=alice@netflix.example`, {
    headers: { authorization: `Bearer ${made.secret_key}` },
  });
  assert.equal(contacts.body.items.length, 1, contacts.text);
  await page.stop(child);
});

test('health, metrics and logs are as the page says', async () => {
  const metrics = page.here('127.0.0.1:8080').replace('127.0.0.1', '127.0.0.2');
  const child = page.start(`${serve} --metrics-listen ${metrics}`);
  await until(async () => (await fetch(`${server()}/readyz`)).ok, () => child.said);
  assert.equal((await call('GET', `${server()}/healthz`)).text, '{"status":"ok"}');
  assert.equal((await call('GET', `${server()}/readyz`)).text, '{"status":"ready"}');
  const refused = await call('POST', `${server()}/widget/v1/sessions?secret=in-the-query`, { body: { widget: made.widget.public_key, identity: { token: 'x' } } });
  assert.equal(refused.headers.get('x-request-id'), refused.body.request_id);
  assert.equal(refused.headers.get('x-ratelimit-limit'), '300');
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  assert.match(text, /^countersign_requests_total\{class="2xx"\} [1-9]/m);
  assert.match(text, /^countersign_refusals_total\{reason="token_segments"\} 1$/m);
  const names = (from, what) => [...new Set([...from.matchAll(what)].map((found) => found[1]))].sort();
  const real = names(text, /^# TYPE (\w+)/gm);
  for (const name of real) assert.ok(page.page.includes(`\`${name}`), `the page lacks the metric ${name}`);
  for (const name of names(page.page, /`(countersign_\w+)/g)) {
    assert.ok(real.includes(name) || name === 'countersign_sign_ins_refused_total', `there is no metric ${name}`);
  }
  const lines = child.said.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const answered = lines.find((line) => line.fields?.request === refused.body.request_id);
  assert.deepEqual(Object.keys(answered.fields).sort(), ['message', 'method', 'millis', 'request', 'route', 'status']);
  assert.ok(!child.said.includes('in-the-query'));
  assert.equal(answered.fields.route, '/widget/v1/sessions');
  await page.stop(child);
});

test('two origins share one socket and nothing else', async () => {
  const port = listen.split(':')[1];
  const hosts = { widget: `widget.localhost:${port}`, public: `localhost:${port}`, third: `127.0.0.1:${port}` };
  const child = await running({ COUNTERSIGN_PUBLIC_URL: `http://${hosts.public}`, COUNTERSIGN_WIDGET_URL: `http://${hosts.widget}` });
  const { get } = await import('node:http');
  const status = (host, path) => new Promise((done, failed) => {
    get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => { response.resume(); done(response.statusCode); }).on('error', failed);
  });
  const paths = {
    '/healthz': [200, 200, 200], '/readyz': [404, 200, 200], '/openapi.json': [404, 200, 200],
    '/.well-known/jwks.json': [404, 200, 200], '/docs': [404, 200, 404], '/dashboard/v1/me': [404, 401, 404],
    '/api/v1/widgets': [404, 401, 401], '/widget/v1/me': [401, 401, 401],
  };
  for (const [path, expected] of Object.entries(paths)) {
    const found = await Promise.all([hosts.widget, hosts.public, hosts.third].map((host) => status(host, path)));
    assert.deepEqual(found, expected, path);
  }
  await page.stop(child);
});
