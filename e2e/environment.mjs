// An environment of NotificationAPI on the real binary, Secure Mode on, behind TLS as a proxy does it.
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { Stage } from './stage.mjs'

/** The names that the vendor's packages ask when nobody tells them otherwise. */
const DEFAULTS = ['api.notificationapi.com', 'ws.notificationapi.com']

export class Environment {
  static async open(options) {
    const environment = new Environment()
    environment.stage = await Stage.open(options)
    const [widget] = (await environment.stage.backEnd('GET', '/widgets')).items
    environment.widget = widget
    environment.clientId = widget.public_key
    await environment.set({ profile: 'notificationapi', mode: 'enforce' })
    const made = await environment.stage.backEnd('POST', `/widgets/${widget.id}/identity_secrets`, {})
    environment.secret = made.secret
    environment.retire = () => environment.stage.backEnd('DELETE', `/widgets/${widget.id}/identity_secrets/${made.id}`)
    await environment.stage.backEnd('PUT', '/notification_types/order', {
      title: 'Orders', channels: ['inapp'], templates: { inapp: { title: 'Order {{ id }} left' } },
    })
    environment.plain = `http://127.0.0.1:${environment.stage.port}/compat/notificationapi`
    environment.front = await encrypted(environment.stage)
    environment.host = `localhost:${environment.front.port}/compat/notificationapi`
    return environment
  }

  /** Changes the widget's settings, as its owner. */
  set(change) {
    return this.stage.owner('PATCH', `/widgets/${this.widget.id}`, change)
  }

  /** What a back end puts into the page of this user. */
  hash(user) {
    return createHmac('sha256', this.secret).update(user).digest('base64')
  }

  /** A call as a browser makes it for this user: its status and body. */
  async asked(user, method, path, body) {
    const token = Buffer.from(`${this.clientId}:${user}:${this.hash(user)}`).toString('base64')
    const answer = await fetch(`${this.plain}/${this.clientId}/users/${encodeURIComponent(user)}${path}`, {
      method, headers: { authorization: `Basic ${token}` }, body: body && JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, body: text && JSON.parse(text) }
  }

  /** Sends as a back end does; the id of what was sent. */
  async send(user, order) {
    const token = Buffer.from(`${this.clientId}:${this.secret}`).toString('base64')
    const body = JSON.stringify({ type: 'order', to: { id: user }, parameters: { id: order } })
    const answer = await fetch(`${this.plain}/${this.clientId}/sender`, { method: 'POST', headers: { authorization: `Basic ${token}` }, body })
    const { trackingId, messages } = await answer.json()
    if (answer.status !== 200) throw new Error(messages.join())
    return trackingId
  }

  async feed(user) {
    return (await this.asked(user, 'GET', '/notifications/INAPP_WEB?count=100')).body.notifications
  }

  async preferences(user) {
    return (await this.asked(user, 'GET', '/preferences')).body.preferences
  }

  async close() {
    this.front?.close()
    await this.stage?.close()
  }
}

async function encrypted({ data, port }) {
  const [key, certificate] = [join(data, 'tls.key'), join(data, 'tls.pem')]
  const names = ['localhost', ...DEFAULTS].map((name) => `DNS:${name}`).join(',')
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const server = tls.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
    const inner = net.connect(port, '127.0.0.1')
    socket.pipe(inner).pipe(socket)
    for (const [one, other] of [[socket, inner], [inner, socket]]) one.on('error', () => other.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, certificate, close: () => server.close() }
}
