// Runs the back ends of docs/sdk as they are written: what they sign opens a session, and they
// know whose access token they are shown.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { call, root, stage, until } from './kit.mjs';

for (const language of ['go', 'ruby']) {
  describe(language, () => {
    test('the back end of the page signs what is accepted, and verifies what it is shown', async (context) => {
      const page = await stage(`sdk/${language}.md`, [8080, 3000]);
      context.after(() => page.end());
      const server = page.here('http://127.0.0.1:8080');
      const application = page.here('http://127.0.0.1:3000');
      const widget = await serve(page, server);
      const backEnd = await start(page);
      await until(async () => (await fetch(application)).status < 500, () => backEnd.said);

      const token = await (await fetch(`${application}/countersign-token?jkt=`)).text();
      const session = await call('POST', `${server}/widget/v1/sessions`, { body: { widget, identity: { token } } });
      assert.equal(session.status, 201, `${token}: ${session.text}`);
      assert.equal(session.body.contact.email, 'alice@netflix.example');

      const whoami = (text) => call('GET', `${application}/whoami`, { headers: { authorization: `Bearer ${text}` } });
      const known = await whoami(session.body.access_token);
      assert.deepEqual([known.status, known.text], [200, session.body.contact.id]);
      const stranger = await whoami(token);
      assert.deepEqual([stranger.status, stranger.text.trim()], [401, 'malformed'], 'an identity token is no access token');

      const thumbprint = await fetch(`${application}/countersign-token?jkt=short`);
      assert.equal(thumbprint.status, 400);
      assert.match(await thumbprint.text(), /jkt must be a SHA-256 thumbprint/);
    });
  });
}

/** A server with one widget, whose public key it answers. */
async function serve(page, url) {
  const { stdout } = await page.shell('countersign bootstrap --data ./data --organization Acme --owner ann@acme.example --json');
  const made = JSON.parse(stdout);
  page.environment.COUNTERSIGN_WIDGET_KEY = made.widget.public_key;
  page.environment.COUNTERSIGN_IDENTITY_SECRET = made.identity_secret.secret;
  page.environment.CHECKOUT = root;
  const child = page.start(`countersign serve --data ./data --listen ${url.slice('http://'.length)}`);
  await until(async () => (await fetch(`${url}/readyz`)).ok, () => child.said);
  return made.widget.public_key;
}

/** The back end of the page. */
async function start(page) {
  for (const [name, text] of page.files()) await writeFile(join(page.folder, name), text);
  for (const step of ['install', 'build']) {
    if (page.page.includes(`id=${step}`)) await page.shell(page.block('id', step));
  }
  return page.start(page.block('id', 'run').replace('3000', page.here(':3000').slice(1)));
}
