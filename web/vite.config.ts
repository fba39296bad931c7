import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const server = process.env['BALLROOM_SERVER'] ?? 'http://127.0.0.1:8080'

/** GraphiQL brings its fonts as `data:` addresses, which the policy refuses; ours are used instead. */
const withoutFonts: Plugin = {
  name: 'without-fonts-of-graphiql',
  enforce: 'pre',
  transform: (code, id) => (/graphiql.*\.css/.test(id) ? code.replace(/@font-face\s*{[^}]*}/g, '') : undefined),
}

/** What the server answers itself while `npm run dev` serves the sources. */
const proxied = ['/graphql', '/session', '/sign-in/oidc', '/docs', '/schema.graphql', '^/reports/.+', '/imports']

/** Of built files the policy of the server holds (api/src/http/dashboard.rs), so that what it refuses is seen without a build of it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const proxy = Object.fromEntries(proxied.map((path) => [path, { target: server, ws: path === '/graphql' }]))

export default defineConfig({
  plugins: [react(), withoutFonts],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: process.env['BALLROOM_WEB_OUT'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing is inlined: a strict content security policy has no `data:` for fonts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    // Which files the first view needs: the server's tests count them.
    manifest: 'manifest.json',
    // What the first view needs is one file, and what others wrote of it another: each of the many small files that it would
    // be otherwise costs a browser several milliseconds, and they are found one after another.
    rolldownOptions: { output: { codeSplitting: { groups: [
      { name: 'early', test: /src.api.early/ },
      { name: 'vendor', test: /node_modules.(react|react-dom|scheduler|use-sync-external-store|urql|wonka|gql\.tada|@urql.core|@0no-co.graphql\.web|@tanstack.(react-router|router-core|history|react-store|store))[\\/]/ },
      { name: 'first', test: /src.(api.(auth|client|errors|fresh|graphql)|app.(?!keys-dialog|query-dialog)|ui.(dialog|export-menu|icon|parts|period-filter|states|table|verdict)\.|format.(?!rating|sentence)|chart.(interval|scale)|screen.explorer|screen.[a-z]+.search|screen.start.view)/ },
    ] } } },
  },
  server: { proxy },
  preview: { proxy, headers: { 'content-security-policy': policy } },
})
