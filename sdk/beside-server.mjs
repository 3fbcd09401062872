// Runs a command beside a real server, whose addresses and secrets stand in its environment:
//     node sdk/beside-server.mjs COMMAND…
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const binary = process.env.COUNTERSIGN_BINARY ?? join(import.meta.dirname, '../target/debug/countersign')
const data = mkdtempSync(join(tmpdir(), 'countersign-sdk-'))
let server
let said = ''

try {
  const address = `127.0.0.1:${await freePort()}`
  const made = bootstrap()
  server = spawn(binary, ['serve', '--data', data, '--listen', address], { stdio: ['ignore', 'ignore', 'pipe'] })
  server.stderr.on('data', (bytes) => (said += bytes))
  await ready(`http://${address}`)
  process.exitCode = await run(process.argv.slice(2), {
    COUNTERSIGN_SERVER: `http://${address}`,
    COUNTERSIGN_WIDGET_ID: made.widget.id,
    COUNTERSIGN_WIDGET_KEY: made.widget.public_key,
    COUNTERSIGN_IDENTITY_SECRET: made.identity_secret.secret,
    COUNTERSIGN_SECRET_KEY: made.secret_key,
  })
} finally {
  server?.kill('SIGKILL')
  rmSync(data, { recursive: true, force: true })
}

function bootstrap() {
  const who = ['--organization', 'Acme', '--owner', 'ann@acme.example', '--origin', 'http://127.0.0.1:3000']
  return JSON.parse(execFileSync(binary, ['bootstrap', '--data', data, ...who, '--json']))
}

async function ready(url) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)) return
    if (server.exitCode !== null) break
    await sleep(100)
  }
  throw new Error(`the server does not start: ${said}`)
}

/** The exit code of the command. */
function run([command, ...rest], environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: 'inherit', env: { ...process.env, ...environment } })
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1))
  })
}

async function freePort() {
  const probe = createServer()
  await new Promise((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}
