// Signs who your users are for a Countersign widget, verifies access tokens of a server, sends
// notifications.
export { LONGEST_LIFETIME, Signer, type Company, type SignerOptions, type TokenOptions, type User } from './signer.ts'
export { fogbenderHmac, fogbenderJwt, notificationapiHash, woesEmailHash, woesJwt, type FogbenderUser, type WoesUser } from './vendors.ts'
export { Verifier, type Claims } from './verifier.ts'
export { KeysUnavailable } from './keys.ts'
export { Refused, type RefusedCode } from './refused.ts'
export { InvalidInput } from './values.ts'
export { Client, Rejected, Unreachable, type Channel, type Delivery, type Notification, type Recipient, type Sent } from './client.ts'
