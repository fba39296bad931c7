// How soon the first page can be used, with the processor slowed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, it } from 'node:test'
import { open, PAGE, signedIn } from './browser.mjs'

/** How many times slower the browser computes, and the milliseconds that are the aim then. */
const SLOWED = 4
const AIM = 1500
/** A test machine may be busy: what fails is a page that has become several times slower. The figure is printed. */
const MOST = 3 * AIM
/** The best of at most so many visits counts: the first ones fill the caches of the server, and other programs may run. */
const VISITS = 4

let browser
before(async () => { browser = await open() })
after(() => browser?.close())

/** Notes when the ranking is there, and when the last long piece of work before the page was quiet ended. */
function watch() {
  window.seen = { ranking: 0, busy: 0 }
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.seen.busy = startTime + duration
  }).observe({ type: 'longtask', buffered: true })
  const look = () => {
    if (document.querySelectorAll('tbody tr').length > 5) requestAnimationFrame(() => { window.seen.ranking = performance.now() })
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/**
 * Milliseconds for which the main threads of pages were ready to run, but other programs had the processors. They say how busy
 * the machine is, not how fast the page is. Zero where the system does not tell (it is not Linux).
 */
async function waited(devtools) {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  const of = ({ id }) => {
    try {
      return Number(readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ')[1]) / 1e6
    } catch {
      return 0
    }
  }
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, one) => sum + of(one), 0)
}

async function visit() {
  const { context, page } = await signedIn(browser)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED })
  await page.addInitScript(watch)
  const whole = await browser.newBrowserCDPSession()
  const before = await waited(whole)
  await page.goto(`${PAGE}/p/atelier/value`)
  await page.waitForFunction(() => window.seen.ranking > 0 && performance.now() > Math.max(window.seen.ranking, window.seen.busy) + 1000, null, { timeout: 60_000 })
  const { ranking, busy } = await page.evaluate(() => window.seen)
  const queued = await waited(whole) - before
  await context.close()
  const measured = Math.max(ranking, busy)
  return { measured: Math.round(measured), queued: Math.round(queued), interactive: Math.round(measured - queued) }
}

it(`the value explorer can be used soon with the processor slowed ${SLOWED} times`, async (test) => {
  const visits = []
  for (let count = 0; count < VISITS && !visits.slice(1).some(({ interactive }) => interactive <= AIM); count += 1) visits.push(await visit())
  const best = Math.min(...visits.map(({ interactive }) => interactive))
  test.diagnostic(`interactive after ${best} ms at best (aim: ${AIM} ms); all visits: ${visits.map(({ measured, queued, interactive }) => `${interactive} (${measured}, of which ${queued} waiting for a processor)`).join(', ')}`)
  assert.ok(best <= MOST, `it took ${best} ms at best`)
})

/** Milliseconds that the main thread computes until the ranking is there, not slowed: other programs hardly change them. */
async function computed() {
  const { context, page } = await signedIn(browser)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(`${PAGE}/p/atelier/value`, { waitUntil: 'commit' })
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 5, null, { timeout: 60_000, polling: 50 })
  const { metrics } = await devtools.send('Performance.getMetrics')
  await context.close()
  return Math.round(metrics.find(({ name }) => name === 'TaskDuration').value * 1000)
}

it('the value explorer computes little before it is there', async (test) => {
  const all = []
  for (let count = 0; count < 3; count += 1) all.push(await computed())
  const best = Math.min(...all)
  test.diagnostic(`interactive computing: ${best} ms of the main thread at best, not slowed (all visits: ${all.join(', ')})`)
  assert.ok(best * SLOWED <= AIM, `${best} ms, slowed ${SLOWED} times, are more than ${AIM} ms`)
})
