// The pictures of the README: node readme.mjs OUT
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { open, PAGE, settled, signedIn } from './browser.mjs'

/** What each picture shows, and how much of the page. */
const PICTURES = {
  value: { path: '/p/atelier/value', height: 860 },
  feature: { path: '/p/atelier/features/export?days=180', height: 860 },
  release: { path: '/p/atelier/releases/5.3', height: 860 },
}
const WIDTH = 1280
const QUALITY = 82
/** The most bytes of one: they are part of the repository. */
const MOST = 120_000

const out = process.argv[2]
mkdirSync(out, { recursive: true })
const browser = await open()
for (const scheme of ['light', 'dark']) {
  for (const [name, { path, height }] of Object.entries(PICTURES)) {
    const { context, page } = await signedIn(browser, { scheme, width: WIDTH, height })
    await page.goto(PAGE + path)
    await settled(page)
    const devtools = await context.newCDPSession(page)
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
    const file = `${out}/${name}-${scheme}.webp`
    writeFileSync(file, Buffer.from(data, 'base64'))
    const { size } = statSync(file)
    console.log(`${file}: ${Math.round(size / 1000)} kB`)
    if (size > MOST) throw new Error(`${file} has ${size} bytes, and may have ${MOST}`)
    await context.close()
  }
}
await browser.close()
