// Runs the pages of the libraries as they are written, against the real binary.

import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call, root, stage, until } from './kit.mjs';

const PROFILES = ['countersign', 'woes-jwt', 'woes-hmac', 'notificationapi', 'fogbender'];
const JKT = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'; // RFC 8037, appendix A.3

for (const language of ['node', 'python', 'php']) {
  describe(language, () => {
    const made = {};
    let page, server, application;

    before(async () => {
      page = await stage(`sdk/${language}.md`, [8080, 3000]);
      [server, application] = [8080, 3000].map((port) => page.here(`http://127.0.0.1:${port}`));
      // The pages say `../countersign` for a copy of the repository beside the application.
      await symlink(root, join(page.folder, 'countersign'));
      await mkdir(join(page.folder, 'application'));
      for (const [name, text] of page.files()) await writeFile(join(page.folder, 'application', name), text);
      for (const profile of PROFILES) {
        const { stdout } = await page.shell(`countersign bootstrap --data data --organization ${profile} --owner ann@${profile}.example --profile ${profile} --json`);
        made[profile] = JSON.parse(stdout);
      }
      const child = page.start(`countersign serve --data data --listen ${page.here('127.0.0.1:8080')}`);
      await until(async () => (await fetch(`${server}/readyz`)).ok, () => child.said);
      await page.shell(inside(page.block('id', 'install')));
    });
    after(() => page.end());

    const open = (profile, identity) => call('POST', `${server}/widget/v1/sessions`, { body: { widget: made[profile].widget.public_key, identity } });

    test('the back end signs, and believes the access token of the session', async () => {
      const { widget, identity_secret } = made.countersign;
      const backEnd = page.start(`env -C application ${page.block('id', 'run')}`, { COUNTERSIGN_WIDGET_KEY: widget.public_key, COUNTERSIGN_IDENTITY_SECRET: identity_secret.secret });
      const token = await until(async () => (await fetch(`${application}/countersign-token`)).text(), () => backEnd.said);
      const session = await open('countersign', { token });
      assert.equal(session.status, 201, session.text);
      assert.deepEqual([session.body.trust, session.body.contact.name], ['jwt', 'Alice Chesterton']);

      const bound = await (await fetch(`${application}/countersign-token?jkt=${JKT}`)).text();
      assert.equal(JSON.parse(Buffer.from(bound.split('.')[1], 'base64url')).cnf.jkt, JKT);
      assert.equal((await open('countersign', { token: bound })).status, 401, 'without the key that it names');

      const ask = (authorization) => call('GET', `${application}/api/contact`, { headers: { authorization } });
      const contact = await ask(`Bearer ${session.body.access_token}`);
      assert.deepEqual([contact.status, contact.text], [200, session.body.contact.id], backEnd.said);
      for (const [shown, code] of [[token, 'malformed'], [`${session.body.access_token}x`, 'malformed'], [tampered(session.body.access_token), 'signature'], ['', 'malformed']]) {
        const refused = await ask(`Bearer ${shown}`);
        assert.deepEqual([refused.status, refused.text], [401, code], backEnd.said);
      }
      await page.stop(backEnd);
    });

    test('what it signs in the forms of other vendors opens sessions', async () => {
      const secret = (profile) => made[profile].identity_secret.secret;
      const { widget, secret_key } = made.fogbender;
      const asBackEnd = { authorization: `Bearer ${secret_key}` };
      const hmac = await call('POST', `${server}/api/v1/widgets/${widget.id}/identity_secrets`, { headers: asBackEnd, body: { mode: 'hmac' } });
      const { stdout } = await page.shell(inside(page.block('id', 'vendors')), {
        WIDGET_KEY: made['woes-jwt'].widget.public_key,
        NOTIFICATIONAPI_SECRET: secret('notificationapi'), WOES_HMAC_SECRET: secret('woes-hmac'),
        WOES_JWT_SECRET: secret('woes-jwt'), FOGBENDER_SECRET: secret('fogbender'), FOGBENDER_HMAC_SECRET: hmac.body.secret,
      });
      const identities = Object.entries(JSON.parse(stdout));
      assert.equal(identities.length, 5);
      for (const [name, identity] of identities) {
        const opened = await open(name.split(',')[0], identity);
        assert.equal(opened.status, 201, `${name}: ${opened.text}`);
      }
    });
  });
}

/** The commands, run in the application's folder. */
const inside = (commands) => `cd application\n${commands}`;

/** The same token for somebody else. */
function tampered(token) {
  const [header, body, signature] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), sub: 'con_1' };
  return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
}
