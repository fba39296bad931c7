// Compresses what was built and puts it together for the server: `bundle.bin` holds all files one after another, and
// `files.json` has the path, the media type and the hash of each, and where in the bundle each form of it lies.
// `first-view.json` says what a browser loads before it shows the first page.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const out = process.env.BALLROOM_WEB_OUT ?? 'dist'

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}
/** They are compressed already. */
const COMPRESSED = new Set(['.woff2'])
/** What is not for readers of the pages. */
const INTERNAL = new Set(['manifest.json', 'files.json', 'first-view.json', 'bundle.bin'])

const bundle = []
let length = 0

/** Adds bytes to the bundle; gives where they begin and end. */
function place(bytes) {
  bundle.push(bytes)
  length += bytes.length
  return [length - bytes.length, length]
}

function* below(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* below(path)
    else yield path
  }
}

function pack(path) {
  const bytes = readFileSync(path)
  const name = relative(out, path).replaceAll('\\', '/')
  const kind = extname(path)
  const type = TYPES[kind]
  if (!type) throw new Error(`${name}: there is no media type for ${kind}; add it to tools/pack.mjs`)
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  const file = { path: name, type, hash, hashed: name.startsWith('assets/') }
  if (COMPRESSED.has(kind)) return { ...file, plain: place(bytes) }
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
  return { ...file, brotli: place(brotli), gzip: place(gzipSync(bytes, { level: 9 })) }
}

/** What a browser loads before the first view, the value explorer, is drawn. */
function firstView() {
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
  const found = new Set(['index.html', 'theme.js'])
  const visit = (key) => {
    const { file, css = [], imports = [] } = manifest[key]
    if (found.has(file)) return
    found.add(file)
    css.forEach((one) => found.add(one))
    imports.forEach(visit)
  }
  visit('index.html')
  // The value explorer is in a chunk of its own only as long as it is not one of those of the first view (vite.config.ts).
  if (manifest['src/screen/explorer/view.tsx']) visit('src/screen/explorer/view.tsx')
  // The letters of English and its neighbours; others are loaded where they are needed.
  for (const { file } of Object.values(manifest)) if (/inter-latin-(?!ext).*\.woff2$/.test(file)) found.add(file)
  return [...found]
}

const paths = [...below(out)].filter((path) => !INTERNAL.has(relative(out, path))).sort()
const files = paths.map(pack)
writeFileSync(join(out, 'bundle.bin'), Buffer.concat(bundle))
writeFileSync(join(out, 'files.json'), JSON.stringify(files, null, 1))

/** The most bytes, by gzip, that a browser may load before the first view, and for the widget on a page of others. */
const BUDGET = { 'first view': 180_000, widget: 12_000 }

const loaded = firstView().map((path) => files.find((file) => file.path === path))
if (loaded.includes(undefined)) throw new Error('a file of the first view was not built')
const sum = (of, form) => of.reduce((total, file) => { const [from, until] = file[form] ?? file.plain; return total + until - from }, 0)
const view = { files: loaded.map(({ path }) => path), brotli: sum(loaded, 'brotli'), gzip: sum(loaded, 'gzip') }
writeFileSync(join(out, 'first-view.json'), JSON.stringify(view, null, 1))

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`
for (const [what, of] of [['first view', loaded], ['widget', files.filter(({ path }) => path === 'widget.js')]]) {
  const [gzip, brotli, most] = [sum(of, 'gzip'), sum(of, 'brotli'), BUDGET[what]]
  console.log(`The ${what}: ${kilobytes(gzip)} by gzip of at most ${kilobytes(most)}, ${kilobytes(brotli)} by brotli; files: ${of.length}.`)
  if (gzip > most) throw new Error(`the ${what} has ${gzip} bytes by gzip, and may have ${most}: ${of.map(({ path }) => path).join(', ')}`)
}
