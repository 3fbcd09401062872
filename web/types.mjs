// Writes a package's declarations beside its code, with nothing in them that is not published.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const tsc = join(import.meta.dirname, 'node_modules/typescript/bin/tsc')

/** `folder` has a `tsconfig.types.json`, and with `frame` gets the frame's messages, too. */
export function types(folder, frame = false) {
  const run = (cwd) => (project, ...more) =>
    execFileSync(process.execPath, [tsc, '-p', project, ...more], { cwd, stdio: 'inherit' })
  const dist = join(folder, 'dist')
  run(folder)('tsconfig.types.json')
  if (frame) run(join(import.meta.dirname, 'protocol'))('tsconfig.types.json', '--outDir', dist)
  for (const name of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
    const text = readFileSync(join(dist, name), 'utf8')
    writeFileSync(join(dist, name), published(text))
  }
}

function published(text) {
  return text
    .replaceAll(/'@countersign\/protocol\/(feed|frame)'/g, "'./$1.js'")
    .replaceAll(/(from '\.\/[^']+)\.tsx?'/g, "$1.js'")
}
