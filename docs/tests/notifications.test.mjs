// The code of docs/notifications.md by which a receiver checks a hook's signature, run as it stands there.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './kit.mjs';

const page = readFileSync(join(root, 'docs/notifications.md'), 'utf8');
const code = page.match(/```js\n(import \{ createHmac.*?)```/s)[1];
const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const secret = 'cs_whsec_test';
const body = Buffer.from('{"text":{"message":"Grüße"}}');

function signed(timestamp, id = 'ntf_1.sms') {
  const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${hmac}` };
}

test('the code of the page takes what the server signs, and nothing else', () => {
  const now = Math.floor(Date.now() / 1000);
  const good = signed(now);
  assert.equal(isGenuine(secret, good, body), true);
  for (const [what, headers, bytes] of [
    ['another body', good, Buffer.from('{"text":{"message":"x"}}')],
    ['another id', { ...good, 'webhook-id': 'ntf_2.sms' }, body],
    ['another time', { ...good, 'webhook-timestamp': String(now + 1) }, body],
    ['an old call', signed(now - 301), body],
    ['a call from the future', signed(now + 301), body],
    ['no signature', { ...good, 'webhook-signature': undefined }, body],
    ['an empty one', { ...good, 'webhook-signature': '' }, body],
    ['no headers', {}, body],
    ['a time that is none', { ...good, 'webhook-timestamp': 'NaN' }, body],
  ]) assert.equal(isGenuine(secret, headers, bytes), false, what);
  assert.equal(isGenuine('cs_whsec_other', good, body), false);
});

test('the server signs as the page says: its own test has the same vector', () => {
  const source = readFileSync(join(root, 'crates/reach/src/notifications/hook/sign.rs'), 'utf8');
  const [, expected] = source.match(/assert_eq!\(made, "(v1,[^"]+)"\)/);
  const ours = createHmac('sha256', 'cs_whsec_test').update('ntf_1.sms.1795000000.{"a":1}').digest('base64');
  assert.equal(`v1,${ours}`, expected);
});
