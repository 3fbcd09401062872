// A push service on this machine with one browser behind it: RFC 8291 and 8292 as the other side reads them.
import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** What only the browser has, and what it shows of it. */
export class PushKeys {
  ecdh = createECDH('prime256v1')
  auth = randomBytes(16)

  constructor() {
    this.ecdh.generateKeys()
  }

  get shown() {
    return { p256dh: this.ecdh.getPublicKey('base64url'), auth: this.auth.toString('base64url') }
  }
}

export class PushService {
  static async open() {
    const service = new PushService()
    service.keys = new PushKeys()
    service.got = []
    service.status = 201
    service.server = createServer(async (request, response) => {
      const parts = []
      for await (const part of request) parts.push(part)
      service.got.push({ headers: request.headers, body: Buffer.concat(parts) })
      response.writeHead(service.status).end()
      service.server.emit('message')
    })
    service.server.listen(0, '127.0.0.1')
    await once(service.server, 'listening')
    service.origin = `http://127.0.0.1:${service.server.address().port}`
    return service
  }

  /** What `PushSubscription.toJSON` answers in this browser. */
  get subscription() {
    return { endpoint: `${this.origin}/send/1`, expirationTime: null, keys: this.keys.shown }
  }

  /** The next message, once it is checked and read: the text that its worker gets. */
  async next(key) {
    if (this.got.length === 0) await once(this.server, 'message')
    const { headers, body } = this.got.shift()
    this.#sentBy(headers.authorization, key)
    assert.equal(headers['content-encoding'], 'aes128gcm')
    assert.ok(Number(headers.ttl) > 0 && body.length <= 4096)
    return this.#read(body)
  }

  #read(body) {
    const { ecdh, auth } = this.keys
    const [salt, size] = [body.subarray(0, 16), body[20]]
    const [sender, record] = [body.subarray(21, 21 + size), body.subarray(21 + size)]
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
    const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
    const part = (name, length) => Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, length))
    const open = createDecipheriv('aes-128-gcm', part('aes128gcm', 16), part('nonce', 12))
    open.setAuthTag(record.subarray(-16))
    const text = Buffer.concat([open.update(record.subarray(0, -16)), open.final()])
    assert.equal(text.at(-1), 2, 'the last record')
    return text.subarray(0, -1).toString()
  }

  #sentBy(authorization, key) {
    const [, token, public_] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization)
    assert.equal(public_, key, 'the key that the browser subscribed to')
    const point = Buffer.from(public_, 'base64url')
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
    const checking = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
    const [head, claims, signature] = token.split('.')
    const said = [Buffer.from(`${head}.${claims}`), { key: checking, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')]
    assert.ok(verify('sha256', ...said), 'its signature')
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url'))
    const left = exp - Date.now() / 1000
    assert.equal(aud, this.origin)
    assert.ok(left > 0 && left <= 12 * 3600, `${left} s`)
    assert.match(sub, /^(https?:|mailto:)/)
  }

  close() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

/** Hands a message to the worker of a page, as the browser does it when one has come. */
export async function deliver(page, data) {
  const chromium = await page.context().newCDPSession(page)
  const found = new Promise((resolve) => {
    chromium.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations.length > 0) resolve(registrations[0])
    })
  })
  await chromium.send('ServiceWorker.enable')
  const { registrationId, scopeURL } = await found
  await chromium.send('ServiceWorker.deliverPushMessage', { origin: new URL(scopeURL).origin, registrationId, data })
  await chromium.detach()
}

/** The browser would ask its maker's push service, which is not there in a test: it is given ours. */
export function subscribeTo(page, { subscription }) {
  return page.addInitScript((given) => {
    let current = null
    const made = { endpoint: given.endpoint, toJSON: () => given, unsubscribe: async () => Boolean([current = null]) }
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
      if (!userVisibleOnly) throw new Error('a push that nobody sees')
      window.subscribedTo = applicationServerKey
      return (current = made)
    }
    PushManager.prototype.getSubscription = async () => current
  }, subscription)
}

/** What the worker of this scope of a page shows now. */
export function shown(page, scope = '/') {
  return page.evaluate(async (scope) => {
    const worker = await navigator.serviceWorker.getRegistration(scope)
    const all = await worker.getNotifications()
    return all.map(({ title, body, icon, tag, data }) => ({ title, body, icon, tag, data }))
  }, scope)
}
