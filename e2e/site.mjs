// A customer's site with the vendor's packages in it, of another origin than the server.
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'

const client = dirname(createRequire(import.meta.url).resolve('notificationapi-js-client-sdk/dist/notificationapi-js-client-sdk.js'))
const PAGES = {
  '/react': '<!doctype html><title>React</title><div id="root"></div><script src="/react.js"></script>',
  '/js': `<!doctype html><title>JS</title><link rel="stylesheet" href="/styles.css"><div id="bell" style="margin: 40px"></div>
    <script src="/client.js"></script><script src="/page.js"></script>`,
}
const PAGE = `
  const { clientId, host, user, hash } = Object.fromEntries(new URLSearchParams(location.search))
  window.client = new NotificationAPI({ clientId, userId: user, userIdHash: hash, websocket: 'wss://' + host + '/', restBaseURL: 'https://' + host })
  client.showInApp({ root: 'bell', popupPosition: 'rightBottom', markAsReadMode: 'MANUAL_AND_CLICK' })
`

/** Serves the pages; `address` is the page of a package for a user of the environment. */
export async function openSite(environment) {
  const files = {
    '/react.js': () => bundled(),
    '/client.js': () => readFileSync(join(client, 'notificationapi-js-client-sdk.js')),
    '/styles.css': () => readFileSync(join(client, 'styles.css')),
    '/page.js': () => PAGE,
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    const font = pathname.match(/^\/fonts\/[\w.-]+$/)
    const body = PAGES[pathname] ?? files[pathname]?.() ?? (font && readFileSync(join(client, pathname)))
    const kind = pathname.endsWith('.js') ? 'text/javascript' : pathname.endsWith('.css') ? 'text/css' : 'text/html'
    response.writeHead(body ? 200 : 404, { 'content-type': `${kind}; charset=utf-8` }).end(body)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = (page, user, { hash = environment.hash(user), shown = '' } = {}) => {
    const { clientId, host } = environment
    return `http://127.0.0.1:${server.address().port}/${page}?${new URLSearchParams({ clientId, host, user, hash, shown })}`
  }
  return { address, close: () => server.close() }
}

let bundle
function bundled() {
  bundle ??= buildSync({
    entryPoints: [join(import.meta.dirname, 'notificationapi-react.jsx')], bundle: true, write: false, minify: true, jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' }, loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.mp3': 'dataurl', '.wav': 'dataurl' },
  }).outputFiles[0].contents
  return bundle
}
