// The forms of other vendors, for a back end that moves over.
import { createHmac } from 'node:crypto'
import { compact, hs256, times } from './signer.ts'
import { checkWidget, hexSecret, optional, refuseToken, value, vendorSecret } from './values.ts'

/**
 * `email_hash` of the profile `woes-hmac`: the secret is decoded from its 64 hexadecimal digits, the
 * email trimmed and lower-cased, the digest written in hexadecimal.
 */
export function woesEmailHash(secret: string, email: string): string {
  const key = hexSecret(secret)
  return createHmac('sha256', key).update(value('email', email, 'email')).digest('hex')
}

/**
 * `userIdHash` of the profile `notificationapi`: the key is the secret's text, the digest is written
 * in standard base64.
 */
export function notificationapiHash(secret: string, userId: string): string {
  return createHmac('sha256', vendorSecret(secret, 'cs_idh_')).update(hashable(userId)).digest('base64')
}

/**
 * `userHMAC` of the profile `fogbender`: the key is the secret's text, the digest is written in
 * hexadecimal.
 */
export function fogbenderHmac(secret: string, userId: string): string {
  return createHmac('sha256', vendorSecret(secret)).update(hashable(userId)).digest('hex')
}

/** What a token of the profile `woes-jwt` says. */
export interface WoesUser {
  email: string
  /** `contact_external_id` */
  id?: string | null | undefined
  name?: string | null | undefined
  /** `account_external_id` */
  accountId?: string | null | undefined
}

/** `jwt` of the profile `woes-jwt`, good for 10 minutes. */
export function woesJwt(secret: string, widget: string, user: WoesUser): string {
  return vendorJwt(secret, {
    email: value('email', user.email, 'email'),
    contact_external_id: optional('id', user.id, 'id'),
    name: optional('name', user.name, 'name'),
    account_external_id: optional('account id', user.accountId, 'id'),
    aud: checkWidget(widget),
  })
}

/** What a token of the profile `fogbender` says. */
export interface FogbenderUser {
  id: string
  email?: string | null | undefined
  name?: string | null | undefined
  avatarUrl?: string | null | undefined
  customerId?: string | null | undefined
  customerName?: string | null | undefined
}

/** `userJWT` of the profile `fogbender`, good for 10 minutes. */
export function fogbenderJwt(secret: string, user: FogbenderUser): string {
  return vendorJwt(secret, {
    userId: value('id', user.id, 'id'),
    userEmail: optional('email', user.email, 'email'),
    userName: optional('name', user.name, 'name'),
    userAvatarUrl: optional('avatar URL', user.avatarUrl, 'url'),
    customerId: optional('customer id', user.customerId, 'id'),
    customerName: optional('customer name', user.customerName, 'name'),
  })
}

function hashable(userId: string): string {
  return refuseToken('user id', value('user id', userId, 'id'))
}

function vendorJwt(secret: string, claims: object): string {
  return compact({ alg: 'HS256', typ: 'JWT' }, { ...claims, ...times() }, hs256(vendorSecret(secret)))
}
