// Development: the mock and Vite side by side, both ended together.
import { spawn } from 'node:child_process'
import { startMock, PASSWORD } from './mock.mjs'

const mock = await startMock({ port: Number(process.env.PORT ?? 4420), lively: true })
console.log(`sign in as sam@corvid.example with "${PASSWORD}"`)
const vite = spawn('npx', ['vite', '--port', '5420', '--strictPort'], { stdio: 'inherit', env: { ...process.env, MOCK: mock.url } })
vite.on('exit', (code) => mock.close().then(() => process.exit(code ?? 0)))
