// The functions of the library, by the names that vectors.json has for them.
import { readFileSync } from 'node:fs'
import * as countersign from '@countersign/server'

export const vectors = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8'))

/** Does what a vector says. */
export const call = (vector) => calls[vector.call](vector)

const calls = {
  woes_email_hash: ({ secret, text }) => countersign.woesEmailHash(secret, text),
  notificationapi_hash: ({ secret, text }) => countersign.notificationapiHash(secret, text),
  fogbender_hmac: ({ secret, text }) => countersign.fogbenderHmac(secret, text),
  woes_jwt: ({ widget = vectors.widget, secret, arguments: { account_id: accountId, ...user } }) => countersign.woesJwt(secret, widget, { ...user, accountId }),
  fogbender_jwt: ({ secret, arguments: { avatar_url: avatarUrl, customer_id: customerId, customer_name: customerName, ...user } }) =>
    countersign.fogbenderJwt(secret, { ...user, avatarUrl, customerId, customerName }),
  token: ({ widget = vectors.widget, secret, private_key, kid, arguments: { jkt, jti, lifetime, ...user } }) => {
    const key = private_key ? { privateKey: vectors.keys[private_key].private, kid: kid ?? undefined } : { secret }
    return new countersign.Signer({ widget, ...key }).token(user, { jkt, jti, lifetime })
  },
}
