import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const mock = process.env.MOCK ?? 'http://localhost:4420'

export default defineConfig({
  base: '/dashboard/',
  plugins: [react()],
  resolve: {
    alias: {
      // The real one injects a <style> element, which `style-src 'self'` refuses.
      'react-remove-scroll': here('./src/ui/no-scroll-lock.tsx'),
    },
  },
  build: {
    outDir: here('../dist/dashboard'),
    emptyOutDir: true,
    assetsDir: 'assets',
    // Fonts must stay files: `font-src 'self'` refuses data: URLs.
    assetsInlineLimit: 0,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // modulepreload is native in all three targets.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/dashboard/v1': { target: mock, ws: true }, '/__mock': { target: mock } } },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
