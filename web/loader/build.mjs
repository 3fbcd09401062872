// The loader twice: the script that the server serves, and the package.
import { build } from 'esbuild'
import { types } from '../types.mjs'
import { join } from 'node:path'

const here = import.meta.dirname
const shared = { bundle: true, target: 'es2022', charset: 'utf8', absWorkingDir: here, logLevel: 'warning' }

await build({
  ...shared,
  entryPoints: ['src/script.ts'],
  outfile: join(here, '../dist/sdk/countersign.js'),
  format: 'iife',
  minify: true,
  legalComments: 'none',
})
await build({
  ...shared,
  entryPoints: ['src/worker.ts'],
  outfile: join(here, '../dist/sdk/push.js'),
  format: 'iife',
  minify: true,
  legalComments: 'none',
})
await build({ ...shared, entryPoints: ['src/index.ts'], outfile: 'dist/index.js', format: 'esm' })
types(here, true)
