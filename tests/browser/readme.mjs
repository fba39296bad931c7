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

const out = process.argv[2]
mkdirSync(out, { recursive: true })
const browser = await open()
const iteration = await report('5.3')
for (const scheme of ['light', 'dark']) {
  for (const [name, { path, height }] of Object.entries(PICTURES)) {
    const arrived = path ? signedIn(browser, { scheme, width: WIDTH, height }) : arrives(browser, { scheme, width: 1000, height })
    const { context, page } = await arrived
    if (path) {
      await page.goto(PAGE + path)
      await settled(page)
    } else {
      await page.setContent(iteration)
    }
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
