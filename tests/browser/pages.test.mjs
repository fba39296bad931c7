// Each page, in each look: it loads without a complaint of the browser, fits its width, and axe finds nothing.
// BALLROOM_ONLY=announcement tries only the pages whose names match this.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AxeBuilder, ask, open, PAGE, settled, signedIn } from './browser.mjs'
import { cast } from './people.mjs'

const LOOKS = {
  light: {},
  dark: { scheme: 'dark' },
  phone: { width: 360, height: 740 },
  'dark phone': { width: 390, height: 844, scheme: 'dark' },
  wide: { width: 1920, height: 1080 },
}

let browser
let pages
/** What support sees, which an administrator does not. */
let pagesOfSupport
let people

before(async () => {
  browser = await open()
  people = await cast()
  pagesOfSupport = {
    'inbox of support': '/inbox?customer=customer-0344',
    'inbox of support, all': '/inbox?show=all',
    'response on behalf': '/inbox?entry=yes',
    'announcement to acknowledge': `/p/atelier/announcements/${people.release}`,
  }
  const { incidents, knownErrors, customers, product } = await ask('{ incidents(first: 1) { nodes { id } } knownErrors(first: 1) { nodes { id } } customers(first: 1) { nodes { key } } product(product: "atelier") { iterations(first: 1) { nodes { id } } } }')
  const { storeReport } = await ask('mutation { storeReport(input: { report: { kind: ITERATION, product: "atelier" } }) { storedReport { id } } }')
  pages = {
    'value': '/p/atelier/value',
    'value, filtered': '/p/atelier/value?days=30&segment=free&release=5.3',
    'feature': '/p/atelier/features/export?days=180&beside=search&earlier=yes',
    'feature with too few responses': '/p/atelier/features/whiteboard',
    'compare releases': '/p/atelier/compare',
    'compare periods': '/p/atelier/compare?kind=periods&days=30',
    'compare segments': '/p/atelier/compare?kind=segments',
    'releases': '/p/atelier/releases',
    'release that regressed': '/p/atelier/releases/5.3',
    'release without a baseline': '/p/atelier/releases/4.8',
    'incidents': '/p/atelier/incidents',
    'new incident': '/p/atelier/incidents?entry=yes',
    'incident': `/p/atelier/incidents/${incidents.nodes[0].id}`,
    'known errors': '/p/atelier/known-errors',
    'known errors, none': '/p/atelier/known-errors?find=nothing',
    'new known error': '/p/atelier/known-errors?entry=yes',
    'known error': `/p/atelier/known-errors/${knownErrors.nodes[0].id}`,
    'no such known error': '/p/atelier/known-errors/known_error_00000000000000000000000000000000',
    'announcements': '/p/atelier/announcements',
    'announcements, none': '/p/atelier/announcements?find=nothing',
    'new announcement': '/p/atelier/announcements?entry=yes',
    'announcement': `/p/atelier/announcements/${people.release}`,
    'announcement, draft': `/p/atelier/announcements/${people.draft}`,
    'announcement, concluded': `/p/atelier/announcements/${people.past}`,
    'no such announcement': '/p/atelier/announcements/announcement_00000000000000000000000000000000',
    'planned release': '/p/atelier/releases/5.9',
    'calendar': '/calendar',
    'calendar, next month': `/calendar?month=${new Date(Date.now() + 8 * 86_400_000).toISOString().slice(0, 7)}`,
    'calendar, nothing': '/calendar?month=2020-02',
    'inbox': '/inbox',
    'iterations': '/p/atelier/iterations',
    'iteration': `/p/atelier/iterations/${product.iterations.nodes[0].id}`,
    'overview': '/overview',
    'reports': '/reports',
    'reports, none': '/reports?kind=SECURITY',
    'new report': '/reports?entry=yes',
    'report': `/report/${storeReport.storedReport.id}`,
    'no such report': '/report/report_00000000000000000000000000000000',
    'feature, found responses': '/p/atelier/features/export?find=hangs&words=peculiar',
    'customers': '/customers',
    'customers, found': '/customers?find=customer-03',
    'customers, none': '/customers?find=nobody',
    'customer': `/customers/${customers.nodes[0].key}`,
    'live': '/live',
    'members': '/settings',
    'teams': '/settings?section=teams',
    'tokens': '/settings?section=tokens',
    'segments': '/settings?section=segments',
    'scales': '/settings?section=scales',
    'widget': '/settings?section=widget',
    'no such feature': '/p/atelier/features/nothing',
    'no such page': '/nowhere',
  }
})
after(() => browser?.close())

/** Everything that is wrong with these pages in this look. */
async function faultsOf(list, options) {
  const faults = []
  const { context, page, complaints } = await signedIn(browser, options)
  const only = new RegExp(process.env.BALLROOM_ONLY ?? '')
  for (const [name, path] of Object.entries(list).filter(([name]) => only.test(name))) {
    complaints.length = 0
    await page.goto(PAGE + path)
    await settled(page)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (wide > 0) faults.push(`${name}: ${wide} px too wide`)
    faults.push(...complaints.map((text) => `${name}: ${text.slice(0, 200)}`))
    const { violations } = await new AxeBuilder({ page }).analyze()
    faults.push(...violations.map(({ id, nodes }) => `${name}: axe ${id}: ${nodes.slice(0, 2).map(({ html }) => html.slice(0, 140)).join(' | ')}`))
  }
  await context.close()
  return faults
}

for (const [look, options] of Object.entries(LOOKS)) {
  describe(look, () => {
    it('has pages without a fault', async () => {
      const faults = await faultsOf(pages, options)
      faults.push(...await faultsOf(pagesOfSupport, { ...options, token: people.sue.token }))
      assert.deepEqual(faults, [])
    })
  })
}
