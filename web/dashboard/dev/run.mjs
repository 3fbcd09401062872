// Development: the mock and Vite side by side, both ended together.
import { createServer } from 'vite'
import { PASSWORD, startMock } from './mock.mjs'

const mock = await startMock({ port: Number(process.env.PORT ?? 4420), lively: true })
process.env.MOCK = mock.url
const vite = await createServer({ server: { port: 5420, strictPort: true } })
await vite.listen()
vite.printUrls()
console.log(`sign in as sam@corvid.example with "${PASSWORD}"`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => Promise.all([vite.close(), mock.close()]).then(() => process.exit(0)))
}
