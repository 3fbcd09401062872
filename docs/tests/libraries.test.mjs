// Runs the back ends of docs/sdk as they are written: what they sign opens a session, and they
// know whose access token they are shown. They also sign in the forms of other vendors.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call, root, stage, until } from './kit.mjs';

const PROFILES = ['countersign', 'woes-jwt', 'woes-hmac', 'notificationapi', 'fogbender'];
const SENDING = ['node', 'python'];
const JKT = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'; // RFC 8037, appendix A.3

for (const language of ['node', 'python', 'php', 'go', 'ruby', 'csharp']) {
  describe(language, () => {
    let page, server, application, backEnd;
    const made = {};

    before(async () => {
      page = await stage(`sdk/${language}.md`, [8080, 3000]);
      [server, application] = [8080, 3000].map((port) => page.here(`http://127.0.0.1:${port}`));
      for (const profile of PROFILES) made[profile] = await bootstrap(page, profile);
      const child = page.start(`countersign serve --data ./data --listen ${page.here('127.0.0.1:8080')}`);
      await until(async () => (await fetch(`${server}/readyz`)).ok, () => child.said);
      page.environment.COUNTERSIGN_WIDGET_KEY = made.countersign.widget.public_key;
      page.environment.COUNTERSIGN_IDENTITY_SECRET = made.countersign.identity_secret.secret;
      backEnd = await start(page);
      await until(async () => (await fetch(application)).status < 500, () => backEnd.said);
    });
    after(() => page.end());

    const open = (profile, identity) => call('POST', `${server}/widget/v1/sessions`, { body: { widget: made[profile].widget.public_key, identity } });
    const token = async (jkt) => (await fetch(`${application}/countersign-token?jkt=${jkt}`)).text();

    test('the back end of the page signs what is accepted, and verifies what it is shown', async () => {
      const identity = { token: await token('') };
      const session = await open('countersign', identity);
      assert.equal(session.status, 201, `${identity.token}: ${session.text}`);
      assert.equal(session.body.contact.email, 'alice@netflix.example');

      const whoami = (shown) => call('GET', `${application}/whoami`, { headers: { authorization: `Bearer ${shown}` } });
      const known = await whoami(session.body.access_token);
      assert.deepEqual([known.status, known.text], [200, session.body.contact.id], backEnd.said);
      for (const [shown, code] of [[identity.token, 'malformed'], ['', 'malformed'], [forSomebodyElse(session.body.access_token), 'signature']]) {
        const stranger = await whoami(shown);
        assert.deepEqual([stranger.status, stranger.text.trim()], [401, code], backEnd.said);
      }
    });

    test('a token is bound to the key that the page names', async () => {
      const bound = await token(JKT);
      assert.equal(JSON.parse(Buffer.from(bound.split('.')[1], 'base64url')).cnf.jkt, JKT);
      assert.equal((await open('countersign', { token: bound })).status, 401, 'without that key');
      const thumbprint = await fetch(`${application}/countersign-token?jkt=short`);
      assert.equal(thumbprint.status, 400);
      assert.match(await thumbprint.text(), /jkt must be a SHA-256 thumbprint/);
    });

    test('what is signed in the forms of other vendors opens sessions', async () => {
      const { stdout } = await page.shell(page.block('id', 'vendors'), await vendorSecrets(server, made));
      const identities = Object.entries(JSON.parse(stdout));
      assert.equal(identities.length, 5);
      for (const [name, identity] of identities) {
        const opened = await open(name.split(',')[0], identity);
        assert.equal(opened.status, 201, `${name}: ${opened.text}`);
      }
    });

    if (SENDING.includes(language)) {
      test('a notification is sent once, however often the script runs', async () => {
        const { secret_key } = made.countersign;
        const notify = async () => (await page.shell(page.block('id', 'notify'), { COUNTERSIGN_SECRET_KEY: secret_key })).stdout.trim();
        const headers = { authorization: `Bearer ${secret_key}` };
        const type = { title: 'A comment', channels: ['inapp'], templates: { inapp: { title: '{{who}} wrote' } } };
        const answer = await call('PUT', `${server}/api/v1/notification_types/comment`, { headers, body: type });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual([await notify(), await notify()], ['sent inapp: delivered', 'sent inapp: delivered']);
        const log = await call('GET', `${server}/api/v1/notifications`, { headers });
        assert.equal(log.body.items.length, 1);
      });
    }
  });
}

/** An organization with one widget of the profile. */
async function bootstrap(page, profile) {
  const { stdout } = await page.shell(`countersign bootstrap --data ./data --organization ${profile} --owner ann@${profile}.example --profile ${profile} --json`);
  return JSON.parse(stdout);
}

/** The back end of the page. */
async function start(page) {
  page.environment.CHECKOUT = root;
  for (const [name, text] of page.files()) await writeFile(join(page.folder, name), text);
  for (const step of ['install', 'build']) {
    if (page.page.includes(`id=${step}`)) await page.shell(page.block('id', step));
  }
  return page.start(page.block('id', 'run').replace('3000', page.here(':3000').slice(1)));
}

/** The environment of the vendors' forms; a widget of Fogbender's profile has a secret for each of its two. */
async function vendorSecrets(server, made) {
  const { widget, secret_key } = made.fogbender;
  const headers = { authorization: `Bearer ${secret_key}` };
  const hmac = await call('POST', `${server}/api/v1/widgets/${widget.id}/identity_secrets`, { headers, body: { mode: 'hmac' } });
  const secret = (profile) => made[profile].identity_secret.secret;
  return {
    WIDGET_KEY: made['woes-jwt'].widget.public_key,
    NOTIFICATIONAPI_SECRET: secret('notificationapi'),
    WOES_HMAC_SECRET: secret('woes-hmac'),
    WOES_JWT_SECRET: secret('woes-jwt'),
    FOGBENDER_SECRET: secret('fogbender'),
    FOGBENDER_HMAC_SECRET: hmac.body.secret,
  };
}

/** The same access token with another contact in it. */
function forSomebodyElse(token) {
  const [header, body, signature] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), sub: 'con_1' };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}
