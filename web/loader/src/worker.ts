//! The worker that shows what was pushed, `/sdk/push.js`: a page's own worker file imports it.

/** What the server sends, as the vendor's worker reads it too. */
interface Pushed {
  title: string
  message: string
  icon?: string
  tag: string
  url?: string
}

interface PushEvent extends Event {
  data: { json(): Pushed } | null
  waitUntil(work: Promise<unknown>): void
}

interface ClickEvent extends Event {
  notification: Notification
  waitUntil(work: Promise<unknown>): void
}

interface Window {
  url: string
  focus(): Promise<unknown>
}

/** What a worker has and a page has not. */
interface Worker {
  registration: ServiceWorkerRegistration
  location: Location
  clients: { matchAll(options: object): Promise<Window[]>; openWindow(url: string): Promise<unknown> }
  addEventListener(name: 'push', hear: (event: PushEvent) => void): void
  addEventListener(name: 'notificationclick', hear: (event: ClickEvent) => void): void
}

declare const self: Worker
export type { Pushed }

self.addEventListener('push', (event) => {
  const pushed = event.data?.json()
  if (!pushed) return
  const { title, message: body, icon, tag, url } = pushed
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url }, ...(icon && { icon }) }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { url }: { url?: string } = event.notification.data
  if (url) event.waitUntil(open(new URL(url, self.location.origin)))
})

/** The page that is there already, or a new one. */
async function open(url: URL): Promise<void> {
  if (!/^https?:$/.test(url.protocol)) return
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const there = windows.find((window) => window.url === url.href)
  await (there ? there.focus() : self.clients.openWindow(url.href))
}
