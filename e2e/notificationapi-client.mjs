// One browser of NotificationAPI's `@notificationapi/core`, told by its parent what to do.
import { NotificationAPIClientSDK } from '@notificationapi/core'

const pushed = []
let wake = () => {}
const client = NotificationAPIClientSDK.init({
  ...JSON.parse(process.env.CLIENT),
  onNewInAppNotifications: (items) => { pushed.push(...items); wake() },
})

const acts = {
  identify: (user) => client.identify(user),
  async open() {
    client.openWebSocket()
    const socket = client.websocket.object
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error('the socket does not open')))
    })
  },
  async pushed() {
    if (pushed.length === 0) await new Promise((resolve) => { wake = resolve })
    return pushed
  },
  feed: () => client.getInAppNotifications({ before: new Date(Date.now() + 60_000).toISOString(), maxCountNeeded: 10, oldestNeeded: '2020-01-01T00:00:00.000Z' }),
  change: (change) => client.updateInAppNotifications(change),
  preferences: () => client.getPreferences(),
  choose: ([type, channel, delivery]) => client.updateDeliveryOption({ notificationId: type, channel, delivery }),
  async closed() {
    const socket = client.websocket.object
    if (socket.readyState < 2) await new Promise((resolve) => socket.addEventListener('close', resolve))
    return true
  },
}

process.on('message', async ({ what, value }) => {
  try {
    process.send({ answer: (await acts[what](value)) ?? null })
  } catch (error) {
    process.send({ error: String(error) })
  }
})
