// Pictures of pages: node shots.mjs OUT NAME=PATH … [--schemes light,dark,phone]
import { mkdirSync } from 'node:fs'
import { open, PAGE, settled, signedIn } from './browser.mjs'

const [out, ...rest] = process.argv.slice(2)
const at = rest.indexOf('--schemes')
const looks = at < 0 ? ['light'] : rest[at + 1].split(',')
const pages = (at < 0 ? rest : rest.slice(0, at)).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])
const LOOKS = { light: {}, dark: { scheme: 'dark' }, phone: { width: 390, height: 844 }, small: { width: 360, height: 740, scheme: 'dark' }, wide: { width: 1800, height: 1000 } }

mkdirSync(out, { recursive: true })
const browser = await open()
for (const look of looks) {
  const { context, page, complaints } = await signedIn(browser, LOOKS[look])
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
