import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env['BALLROOM_SERVER'] ?? 'http://127.0.0.1:8080'

const policy = "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

/** GraphiQL brings its fonts as `data:` addresses, which the policy refuses; ours are used instead. */
const withoutFonts: Plugin = {
  name: 'without-fonts-of-graphiql',
  enforce: 'pre',
  transform: (code, id) => (/graphiql.*\.css/.test(id) ? code.replace(/@font-face\s*{[^}]*}/g, '') : undefined),
}

export default defineConfig({
  plugins: [react(), withoutFonts],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Nothing is inlined: a strict content security policy has no `data:` for fonts and images.
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/graphql': { target: server, ws: true } } },
  preview: {
    // What the server sends with the pages: a style or script that this refuses must fail here as well.
    headers: { 'Content-Security-Policy': policy },
    proxy: { '/graphql': { target: server, ws: true } },
  },
  test: { include: ['src/**/*.test.{ts,tsx}', 'widget/**/*.test.ts'] },
})
