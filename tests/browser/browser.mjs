// One browser for the tests and the pictures: Debian's Chromium, with a new profile each time.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')
export const { AxeBuilder } = require('@axe-core/playwright')

/** The server, and the token of an administrator: `run` says them. */
export const PAGE = process.env.BALLROOM_PAGE ?? 'http://127.0.0.1:8080'
export const TOKEN = process.env.BALLROOM_TOKEN ?? ''
/** A link that signs in once. */
export const LINK = process.env.BALLROOM_LINK ?? ''

/** A server without data, and the token of its administrator. */
export const EMPTY = process.env.BALLROOM_EMPTY ?? ''
export const EMPTY_TOKEN = process.env.BALLROOM_EMPTY_TOKEN ?? ''
/** Origins of two sites whose pages may ask the server. */
export const SITES = (process.env.BALLROOM_SITES ?? '').split(' ')

export async function open() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

/** A page of somebody who has not signed in. What the browser complains about is collected in `complaints`. */
export async function arrives(browser, { width = 1360, height = 900, scheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 1, locale: 'en-GB', timezoneId: 'Europe/Berlin' })
  const page = await context.newPage()
  const complaints = []
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', (error) => complaints.push(String(error)))
  // What the content security policy refuses; the browser writes it to the console as well.
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)))
  return { context, page, complaints }
}

/** A page of a signed-in reader. */
export async function signedIn(browser, { token = TOKEN, server = PAGE, ...options } = {}) {
  const arrived = await arrives(browser, options)
  const answer = await arrived.context.request.post(`${server}/session`, { data: { token }, headers: { origin: server } })
  if (!answer.ok()) throw new Error(`no session: ${answer.status()} ${await answer.text()}`)
  return arrived
}

/** Until nothing is loading any more. */
export async function settled(page) {
  await page.waitForLoadState('load')
  await page.waitForFunction(() => document.querySelector('main') && !document.querySelector('[aria-label="Loading"]'), null, { timeout: 15_000 })
  await page.waitForTimeout(350)
}

/** What the API itself says, to compare pages with. */
export async function ask(query, variables = {}, token = TOKEN) {
  const response = await fetch(`${PAGE}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}
