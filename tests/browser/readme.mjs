// The pictures of the README: node readme.mjs OUT
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { arrives, ask, open, PAGE, settled, signedIn } from './browser.mjs'

/** What each picture shows, and how much of the page. */
const PICTURES = {
  value: { path: '/p/atelier/value', height: 860 },
  feature: { path: '/p/atelier/features/export?days=180', height: 860 },
  release: { path: '/p/atelier/releases/5.3', height: 860 },
  // The report of an iteration, which is a file.
  report: { height: 1080 },
}
const WIDTH = 1280
const QUALITY = 82
/** The most bytes of one: they are part of the repository. */
const MOST = 120_000

/** The report of the iteration in which a release shipped, as a page. */
async function report(version) {
  const { release } = await ask('query($release: Reference!) { release(product: "atelier", release: $release) { releasedAt } }', { release: version })
  const { product } = await ask('query($day: Date) { product(product: "atelier") { iterations(filter: { day: $day }) { nodes { id } } } }', {
    day: release.releasedAt.slice(0, 10),
  })
  const iteration = product.iterations.nodes[0].id
  const answer = await ask('query($of: ReportInput!) { report(of: $of) { file(format: HTML) { text } } }', { of: { kind: 'ITERATION', iteration } })
  return answer.report.file.text
}

/** The most milliseconds for one picture, and how often it is tried. */
const PATIENCE = 30_000
const TRIES = 3

/** A picture of what the page shows; Playwright itself makes none in WebP. */
async function pictured(page) {
  // The browser draws what is in front, and waits for what is not.
  await page.bringToFront()
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  return Buffer.from(data, 'base64')
}

/** It may never come on a busy machine: then it is said which one, and made anew. */
async function made(name, take) {
  for (let tries = 1; ; tries += 1) {
    let timer
    const late = new Promise((_, refuse) => { timer = setTimeout(() => refuse(new Error(`${name}: no picture within ${PATIENCE / 1000} s`)), PATIENCE) })
    try {
      return await Promise.race([take(), late])
    } catch (error) {
      if (tries === TRIES) throw error
      console.log(String(error))
    } finally {
      clearTimeout(timer)
    }
  }
}

const out = process.argv[2]
mkdirSync(out, { recursive: true })
const browser = await open()
const iteration = await report('5.3')
for (const scheme of ['light', 'dark']) {
  for (const [name, { path, height }] of Object.entries(PICTURES)) {
    const picture = await made(`${name}-${scheme}`, async () => {
      const { context, page } = await (path ? signedIn(browser, { scheme, width: WIDTH, height }) : arrives(browser, { scheme, width: 1000, height }))
      try {
        if (path) {
          await page.goto(PAGE + path)
          await settled(page)
        } else {
          await page.setContent(iteration)
        }
        return await pictured(page)
      } finally {
        await context.close()
      }
    })
    const file = `${out}/${name}-${scheme}.webp`
    writeFileSync(file, picture)
    const { size } = statSync(file)
    console.log(`${file}: ${Math.round(size / 1000)} kB`)
    if (size > MOST) throw new Error(`${file} has ${size} bytes, and may have ${MOST}`)
  }
}
await browser.close()
