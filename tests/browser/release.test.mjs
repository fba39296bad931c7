// What is known of a release and of errors: causes, forecast and outcome, adoption, watch, gate; and what people say about it.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { ask, open, PAGE, settled, signedIn } from './browser.mjs'
import { at, cast, does, member } from './people.mjs'

let browser
let people
before(async () => {
  browser = await open()
  people = await cast()
})
after(() => browser?.close())

/** A page of its own for each test, of one of the people or of a token, closed after it. */
function story(name, who, run, options = {}) {
  it(name, async () => {
    const token = who && (people[who]?.token ?? who)
    const { context, page, complaints } = await signedIn(browser, { ...options, ...(token ? { token } : {}) })
    try {
      await run(page, context)
      assert.deepEqual(complaints, [])
    } finally {
      await context.close()
    }
  })
}

async function go(page, path) {
  await page.goto(PAGE + path)
  await settled(page)
}

const tokenOf = async (role) => (await does('createToken', { name: `${role} ${Date.now()}`, role })).secret

const SUSPECTED = '{ release(product: "atelier", release: "5.3") { suspectedIncidents { confidence incident { id title attributions { basis release { version } statedBy { name } } } } } }'
const suspected = async () => (await ask(SUSPECTED)).release.suspectedIncidents

story('what a release may have caused is what the API computed, with its probability and reason', 'dora', async (page) => {
  await go(page, '/p/atelier/releases/5.3')
  const card = page.getByRole('region', { name: 'Incidents that 5.3 may have caused' })
  await card.getByRole('button', { name: 'Show all' }).click()
  const rows = card.getByRole('list', { name: 'Incidents that it may have caused' }).getByRole('listitem')
  const shown = await rows.evaluateAll((all) => all.map((row) => [row.querySelector('b').textContent, row.querySelector('a').textContent]))
  assert.deepEqual(shown, (await suspected()).map(({ confidence, incident }) => [`${(confidence * 100).toFixed(0)}%`, incident.title]))
  await rows.first().getByText(/Shipped .* before and changed Export/).waitFor()
})

story('a possible cause is confirmed, and another rejected, by whoever may', 'dora', async (page) => {
  const [first, second] = (await suspected()).map(({ incident }) => incident).filter(({ attributions }) => attributions.every(({ basis }) => basis === 'EXPLICIT')).slice(-2)
  const stated = async (id) => (await suspected()).find(({ incident }) => incident.id === id).incident.attributions.at(-1)
  await go(page, `/p/atelier/incidents/${first.id}`)
  const causes = page.getByRole('list', { name: 'Possible causes' })
  await causes.getByRole('button', { name: 'Confirm that 5.3 caused it' }).click()
  await causes.getByText('Confirmed').waitFor()
  await page.getByText('caused it, as a person confirmed.').waitFor()
  assert.deepEqual(await stated(first.id), { basis: 'CONFIRMED', release: { version: '5.3' }, statedBy: { name: 'Dora Lind' } })
  await go(page, `/p/atelier/incidents/${second.id}`)
  await causes.getByRole('button', { name: 'Reject that 5.3 caused it' }).click()
  await causes.getByText('Rejected').waitFor()
  assert.equal((await stated(second.id)).basis, 'REJECTED')
  // The release page says the same of both.
  await go(page, '/p/atelier/releases/5.3')
  const card = page.getByRole('region', { name: 'Incidents that 5.3 may have caused' })
  await card.getByRole('button', { name: 'Show all' }).click()
  await card.getByText('Confirmed by Dora Lind').first().waitFor()
  await card.getByText('Rejected by Dora Lind').first().waitFor()
})

story('forecast, outcome, adoption and gate are those of the API', null, async (page) => {
  await go(page, '/p/atelier/releases/5.3')
  const { release, report, releaseGate } = await ask(`{
    release(product: "atelier", release: "5.3") { keptForecast { actualIncidents isWithinInterval quantiles { probability incidents } } }
    report(of: { kind: RELEASE, product: "atelier", release: "5.3" }) { tables { name columns rows } }
    releaseGate(product: "atelier", release: "5.3") { outcome features { name outcome } }
  }`)
  const { actualIncidents, quantiles } = release.keptForecast
  const bound = (wanted) => Math.round(quantiles.find(({ probability }) => probability === wanted).incidents)
  await page.getByRole('region', { name: 'Forecast and outcome' }).getByText(`${actualIncidents} incidents came, where ${bound(0.05)} to ${bound(0.95)} were expected`, { exact: false }).waitFor()
  const { rows } = report.tables.find(({ name }) => name === 'adoption')
  const label = await page.getByRole('region', { name: 'Adoption' }).getByRole('img').getAttribute('aria-label')
  for (const [, share] of rows) assert.ok(label.includes(`${(Number(share) * 100).toFixed(0)}%`), `${share} in ${label}`)
  assert.equal(label.split(', ').length, rows.length)
  const gate = page.getByRole('region', { name: /gate$/ })
  assert.equal(releaseGate.outcome, 'FAIL')
  const failing = await gate.getByRole('list', { name: 'What does not pass, by feature' }).getByRole('listitem').evaluateAll((all) => all.map((row) => row.querySelector('b').textContent))
  assert.deepEqual(failing.toSorted(), releaseGate.features.filter(({ outcome }) => outcome !== 'PASS').map(({ name }) => name).toSorted())
  await gate.getByText(`${releaseGate.features.filter(({ outcome }) => outcome === 'PASS').length} features pass`).waitFor()
})

story('development names who watches a planned release', 'dora', async (page) => {
  await go(page, '/p/atelier/releases/5.9')
  const card = page.getByRole('region', { name: 'Watch window' })
  await card.getByRole('button', { name: /Name a watcher|Change/ }).click()
  await page.getByLabel('Watcher').selectOption('Dora Lind')
  await page.getByLabel('Days from the release on').fill('21')
  await page.getByRole('button', { name: 'Name the watcher' }).click()
  await card.getByText('watches its first 21 days').waitFor()
  const { release } = await ask('{ release(product: "atelier", release: "5.9") { watch { days watcher { name } namedBy { name } } } }')
  assert.deepEqual(release.watch, { days: 21, watcher: { name: 'Dora Lind' }, namedBy: { name: 'Dora Lind' } })
  await page.getByText('A forecast is kept on the day before it ships').waitFor()
})

it('business sees the verdict, the forecast and the gate, and neither incidents nor ways to change anything', async () => {
  const { context, page, complaints } = await signedIn(browser, { token: await tokenOf('BUSINESS') })
  await go(page, '/p/atelier/releases/5.3')
  await page.getByRole('region', { name: 'Forecast and outcome' }).waitFor()
  await page.getByRole('region', { name: /gate$/ }).waitFor()
  assert.equal(await page.getByRole('region', { name: /may have caused|Incidents of 5.3/ }).count(), 0)
  assert.equal(await page.getByRole('main').getByRole('button', { name: /Confirm|Reject|Name a watcher|Change$/ }).count(), 0)
  await go(page, '/p/atelier/known-errors')
  await page.getByRole('link', { name: 'Export hangs, and PDFs lack fonts' }).click()
  await page.getByRole('heading', { level: 1, name: 'Export hangs, and PDFs lack fonts' }).waitFor()
  await settled(page)
  assert.equal(await page.getByRole('button', { name: /Edit|New help|New known/ }).count(), 0)
  assert.equal(await page.getByRole('region', { name: /come from it|report it/ }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

const KNOWN = 'query ($id: ID!) { knownError(id: $id) { title state symptom workaround cause isPublic wontFixReason features { key } introducedIn { version } fixedIn { version } incidents { nodes { id } } feedback { nodes { comment } } articles { nodes { title state } } } }'
const known = async (id) => (await ask(KNOWN, { id })).knownError

story('a known error is written, suggested while an incident is typed, linked, fixed and unlinked', 'sue', async (page) => {
  const title = `Gradients print in bands ${Date.now()}`
  await go(page, '/p/atelier/known-errors')
  await page.getByRole('button', { name: 'New known bug' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('What does not work').fill(title)
  await form.getByLabel('What customers notice').fill('Printed gradients show zebra stripes.')
  await form.getByLabel('What customers can do meanwhile').fill('Print from the PDF.')
  await form.getByLabel('First release that has it').selectOption('5.2')
  await form.getByRole('checkbox', { name: 'Canvas' }).check()
  await form.getByRole('button', { name: 'Create known bug' }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  const id = page.url().split('/').at(-1)
  const written = await known(id)
  assert.deepEqual([written.state, written.symptom, written.workaround, written.introducedIn, written.features, written.isPublic], ['OPEN', 'Printed gradients show zebra stripes.', 'Print from the PDF.', { version: '5.2' }, [{ key: 'canvas' }], false])
  const releases = page.getByRole('region', { name: 'Which releases have it' })
  await releases.getByRole('listitem').filter({ hasText: '5.3' }).getByText('has it').waitFor()
  await releases.getByRole('listitem').filter({ hasText: '5.1' }).getByText('not affected').waitFor()

  // Whoever records an incident sees it, with its workaround, while typing.
  await go(page, '/p/atelier/incidents?entry=yes')
  await form.getByLabel('What is wrong').pressSequentially('Zebra stripes on printed gradients')
  const offered = page.getByRole('region', { name: 'It may be known' })
  await offered.getByRole('listitem').filter({ hasText: title }).getByText('Print from the PDF.').waitFor()
  await offered.getByRole('button', { name: `It is “${title}”` }).click()
  await page.getByRole('button', { name: 'Open incident' }).click()
  await page.getByRole('heading', { level: 1, name: /Zebra stripes/ }).waitFor()
  const incident = page.url().split('/').at(-1)
  await page.getByRole('region', { name: 'Known bugs' }).getByRole('link', { name: title }).waitFor()
  assert.deepEqual((await known(id)).incidents.nodes, [{ id: incident }])

  // And whoever writes down what a customer says.
  const comment = `Stripes on printed gradients again ${Date.now()}`
  const customer = `customer-0${400 + (Date.now() % 500)}`
  await go(page, `/inbox?customer=${customer}&entry=yes`)
  await page.getByLabel('In the words of the customer').pressSequentially(comment)
  await offered.getByRole('button', { name: `It is “${title}”` }).click()
  await page.getByRole('button', { name: 'Record', exact: true }).click()
  await page.getByRole('status').filter({ hasText: `${customer} recorded` }).waitFor()
  assert.deepEqual((await known(id)).feedback.nodes, [{ comment }])

  // The same again is not recorded by mistake.
  await page.getByLabel('In the words of the customer').fill(comment)
  await page.getByRole('button', { name: 'Record', exact: true }).click()
  await page.getByRole('alert').getByText('said something like it', { exact: false }).waitFor()
  assert.equal((await known(id)).feedback.nodes.length, 1)

  await go(page, `/p/atelier/known-errors/${id}`)
  await page.getByRole('button', { name: 'New help article' }).click()
  await form.getByLabel('Title').fill('Gradients without bands')
  await form.getByLabel('Text, in Markdown').fill('Print from the **PDF**.')
  await form.getByRole('button', { name: 'Save draft' }).click()
  const articles = page.getByRole('region', { name: 'Help articles' })
  await articles.getByText('Gradients without bands').click()
  await articles.getByRole('button', { name: 'Publish' }).click()
  await articles.getByText('Published').waitFor()
  assert.deepEqual((await known(id)).articles.nodes, [{ title: 'Gradients without bands', state: 'PUBLISHED' }])

  await page.getByRole('button', { name: 'Edit' }).click()
  await form.getByRole('checkbox', { name: '5.3', exact: true }).check()
  await form.getByLabel('Why it happens').fill('Colors are rounded twice.')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Fixed', { exact: true }).first().waitFor()
  await releases.getByRole('listitem').filter({ hasText: '5.3' }).getByText('has the fix').waitFor()
  await page.getByRole('button', { name: /does not come from it$/ }).click()
  await page.getByText('None is linked. It is suggested', { exact: false }).waitFor()
  const done = await known(id)
  assert.deepEqual([done.state, done.cause, done.incidents.nodes], ['FIXED', 'Colors are rounded twice.', []])
})

story('a refusal is said beside the form, and nothing is lost', 'sue', async (page) => {
  await go(page, '/p/atelier/known-errors?entry=yes')
  const form = page.getByRole('dialog')
  await form.getByLabel('What does not work').fill('Fixed before it came')
  await form.getByLabel('It will not be fixed, because').fill('Nobody uses it.')
  await form.getByRole('checkbox', { name: '5.3', exact: true }).check()
  await form.getByRole('button', { name: 'Create known bug' }).click()
  await form.getByRole('alert').waitFor()
  assert.equal(await form.getByLabel('What does not work').inputValue(), 'Fixed before it came')
})

story('known errors are filtered in the address, and found by typing', 'sue', async (page) => {
  await go(page, '/p/atelier/known-errors')
  await page.getByRole('combobox', { name: 'State' }).selectOption('Fix planned')
  await page.waitForURL(/state=FIX_PLANNED/)
  await page.getByRole('searchbox', { name: 'Find in titles and symptoms' }).fill('lack fonts')
  await page.keyboard.press('Enter')
  await page.waitForURL(/find=lack/)
  await page.reload()
  await settled(page)
  assert.deepEqual(await page.locator('tbody th a').allTextContents(), ['Export hangs, and PDFs lack fonts'])
  await page.keyboard.press('Control+k')
  await page.keyboard.type('lack fonts')
  await page.getByRole('option', { name: /Export hangs, and PDFs lack fonts/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Export hangs, and PDFs lack fonts' }).waitFor()
})

story('a notification about a known error leads to its page', null, async () => {
  const { product } = await ask('{ product(product: "atelier") { features(first: 50) { nodes { key team { key } } } } }')
  const { team } = product.features.nodes.find(({ key }) => key === 'export')
  const nora = await member('Nora Vale', 'DEVELOPMENT', [team.key])
  const { context, page } = await signedIn(browser, { token: nora.token })
  // Which answers of customers lead to such a notification is tested with the API; here it is one of a stand-in for the server's reply.
  await page.route('**/graphql', async (route) => {
    if (!/query Notifications/.test(route.request().postData() ?? '')) return route.continue()
    const { knownErrors } = await ask('{ knownErrors(first: 1, filter: { text: "lack fonts" }) { nodes { __typename id title errorState: state product { __typename key name } features { __typename key name } } } }')
    const subject = knownErrors.nodes[0]
    const now = at(0)
    await route.fulfill({ json: { data: { viewer: { __typename: 'Viewer', unreadNotifications: 1, notifications: { __typename: 'NotificationConnection', totalCount: 1, nodes: [{ __typename: 'Notification', id: 'notification_1', kind: 'FIX_FAILED', reason: 'TEAM', occurrences: 1, createdAt: now, updatedAt: now, readAt: now, subject }] } } } } })
  })
  await go(page, '/inbox')
  await page.getByRole('list', { name: 'Notifications' }).getByRole('link', { name: 'Export hangs, and PDFs lack fonts' }).click()
  await page.getByRole('heading', { level: 1, name: 'Export hangs, and PDFs lack fonts' }).waitFor()
  assert.match(page.url(), /known-errors\/known_error_/)
  await context.close()
})

story('by keyboard alone: a possible cause is rejected', 'sam', async (page) => {
  const { incident } = (await suspected()).find(({ incident: { attributions } }) => attributions.every(({ basis }) => basis === 'EXPLICIT'))
  await go(page, `/p/atelier/incidents/${incident.id}`)
  for (let count = 0; count < 80; count += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.getAttribute('aria-label') === 'Reject that 5.3 caused it' && document.activeElement.textContent === 'Reject')) break
  }
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Possible causes' }).getByText('Rejected').waitFor()
})

story('texts of known errors and articles are text, whatever they contain', 'dora', async (page) => {
  const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script> \u202Eevil {{7*7}} [x](javascript:window.hurt=1)'
  const { createKnownError } = await ask('mutation ($input: CreateKnownErrorInput!) { createKnownError(input: $input) { knownError { id } userErrors { message } } }', { input: { product: 'atelier', title: `${hostile.slice(0, 40)} ${Date.now()}`, symptom: hostile, workaround: hostile, cause: hostile } })
  assert.deepEqual(createKnownError.userErrors, [])
  await go(page, `/p/atelier/known-errors/${createKnownError.knownError.id}`)
  await page.getByText('{{7*7}}').first().waitFor()
  await go(page, '/p/atelier/known-errors')
  assert.equal(await page.evaluate(() => window.hurt), undefined)
  assert.equal(await page.locator('main img').count(), 0)
})
