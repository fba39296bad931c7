// Pictures of pages: node shots.mjs OUT NAME=PATH … [--schemes light,dark,phone] [--as sue|sam|dora]
// A path may name what was announced: /p/atelier/announcements/{release}.
import { mkdirSync } from 'node:fs'
import { cast } from './people.mjs'
import { open, PAGE, settled, signedIn } from './browser.mjs'

const [out, ...rest] = process.argv.slice(2)
function option(name) {
  const at = rest.indexOf(name)
  return at < 0 ? undefined : rest.splice(at, 2)[1]
}
const looks = (option('--schemes') ?? 'light').split(',')
const reader = option('--as')
const people = reader || rest.some((text) => text.includes('{')) ? await cast() : null
const pages = rest.map((text) => text.replace(/{(\w+)}/g, (_, name) => people[name])).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])
const LOOKS = { light: {}, dark: { scheme: 'dark' }, phone: { width: 390, height: 844 }, small: { width: 360, height: 740, scheme: 'dark' }, wide: { width: 1800, height: 1000 } }

mkdirSync(out, { recursive: true })
const browser = await open()
for (const look of looks) {
  const { context, page, complaints } = await signedIn(browser, { ...LOOKS[look], ...(reader && reader !== 'admin' ? { token: people[reader].token } : {}) })
  for (const [name, path] of pages) {
    await page.goto(PAGE + path)
    await settled(page).catch((error) => console.log(name, look, String(error).split('\n')[0]))
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (overflow > 0) console.log(name, look, `is ${overflow} px too wide`)
    await page.screenshot({ path: `${out}/${name}-${look}.png`, fullPage: true })
  }
  for (const complaint of new Set(complaints.map((text) => text.slice(0, 60)))) console.log(look, complaint.slice(0, 160))
  await context.close()
}
await browser.close()
