// The page of the frame and its two files, named by their content so that they can be kept.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const out = join(here, '../dist/embed')
const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ['src/main.tsx', 'src/style.css'],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  outdir: out,
  write: false,
})
rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'assets'), { recursive: true })
const names = {}
for (const file of outputFiles) {
  const kind = file.path.endsWith('.css') ? 'css' : 'js'
  const hash = createHash('sha256').update(file.contents).digest('hex').slice(0, 12)
  names[kind] = `main-${hash}.${kind}`
  writeFileSync(join(out, 'assets', names[kind]), file.contents)
}
writeFileSync(join(out, 'index.html'), `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="referrer" content="no-referrer">
<title>Messages</title>
<link rel="stylesheet" href="/embed/assets/${names.css}">
<script type="module" src="/embed/assets/${names.js}"></script>
</head>
<body><div id="app"></div></body>
</html>
`)
