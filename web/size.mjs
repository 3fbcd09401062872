// Fails when what a visitor downloads is heavier than we promise. Counted gzipped.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const dist = join(import.meta.dirname, 'dist')
const weight = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
const scripts = (folder) =>
  (existsSync(join(dist, folder)) ? readdirSync(join(dist, folder)) : [])
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => `${folder}/${name}`)

const budgets = [
  { name: 'loader', most: 3 * 1024, files: ['sdk/countersign.js'] },
  { name: 'widget', most: 40 * 1024, files: scripts('embed/assets') },
]

for (const { name, most, files } of budgets) {
  const bytes = files.map(weight).reduce((sum, size) => sum + size, 0)
  const words = `${name}: ${bytes} of ${most} bytes gzipped (${files.join(', ')})`
  if (bytes > most || files.length === 0) {
    console.error(`too heavy or missing: ${words}`)
    process.exitCode = 1
  } else {
    console.log(words)
  }
}
