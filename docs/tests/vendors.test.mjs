// The facts of the vendors' pages, against the rows of crates/identity and the real binary; the guides' commands.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { filled, marked, profiles, refused } from './facts.mjs';
import { call, root, stage, until } from './kit.mjs';

let page;
let made;
const server = () => page.here('http://127.0.0.1:8080');
const headers = () => ({ authorization: `Bearer ${made.secret_key}` });
const widget = (more = '') => `${server()}/api/v1/widgets/${made.widget.id}${more}`;

before(async () => {
  page = await stage('identity/migrate.md', [8080]);
  made = JSON.parse((await page.shell('countersign bootstrap --data ./data --organization guides --owner ann@guides.example --profile countersign --token-algorithm ES256 --json')).stdout);
  const child = page.start(`countersign serve --data ./data --token-algorithm ES256 --listen ${page.here('127.0.0.1:8080')}`);
  await until(async () => (await fetch(`${server()}/readyz`)).ok, () => child.said);
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
