// The package: one module with its types. React and the loader stay imports.
import { build } from 'esbuild'
import { types } from '../types.mjs'

await build({
  entryPoints: ['src/index.tsx'],
  outfile: 'dist/index.js',
  absWorkingDir: import.meta.dirname,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  packages: 'external',
  tsconfig: 'tsconfig.types.json',
  banner: { js: "'use client'" },
  logLevel: 'warning',
})
types(import.meta.dirname)
