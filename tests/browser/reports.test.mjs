// Reports, and the words and comments behind the numbers: what pages show and save is what the API says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, it } from 'node:test'
import { ask, open, PAGE, settled, signedIn, TOKEN } from './browser.mjs'
import { does } from './people.mjs'

let browser
before(async () => { browser = await open() })
after(() => browser?.close())

function story(name, run, options) {
  it(name, async () => {
    const { context, page, complaints } = await signedIn(browser, options)
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
/** Without the revision of the data, which other tests move on. */
const unrevised = (text) => text.replace(/revision \d+/, 'revision')
/** The days that a page shows if it is asked for so many. */
function period(days) {
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  return { from: new Date(Date.parse(until) - days * 86_400_000).toISOString().slice(0, 10), until }
}

story('a report is saved, opened, and downloaded in every format', async (page, context) => {
  await go(page, '/reports')
  await page.getByRole('button', { name: 'Save a report now' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Kind').selectOption('Release')
  await form.getByRole('combobox', { name: 'Release', exact: true }).selectOption('5.3')
  await form.getByRole('combobox', { name: 'For', exact: true }).selectOption('Business')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: /5\.3/ }).waitFor()
  const id = page.url().split('/').at(-1)
  const { storedReport } = await ask('query ($id: ID!) { storedReport(id: $id) { kind title audience report { tables { name columns rows } } } }', { id })
  assert.deepEqual([storedReport.kind, storedReport.audience], ['RELEASE', 'BUSINESS'])
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), storedReport.title)
  const [first] = storedReport.report.tables.filter(({ rows }) => rows.length > 0)
  assert.equal(await page.locator('tbody tr').count(), Math.min(25, first.rows.length))

  // The session is enough for the files, which are what the API renders.
  const links = await page.getByRole('region', { name: 'Files' }).getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  const tables = await page.getByRole('region', { name: 'Figures' }).getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  const formats = { html: 'HTML', pdf: 'PDF', xlsx: 'XLSX', md: 'MARKDOWN', json: 'JSON', csv: 'CSV', parquet: 'PARQUET' }
  const seen = []
  for (const href of [...links, ...tables]) {
    const url = new URL(PAGE + href)
    const extension = url.pathname.split('.').at(-1)
    const answer = await context.request.get(url.href, { headers: { 'sec-fetch-site': 'same-origin' } })
    assert.equal(answer.status(), 200, href)
    const { storedReport: { file } } = await ask('query ($id: ID!, $format: ReportFormat!, $table: String) { storedReport(id: $id) { file(format: $format, table: $table) { text base64 } } }', { id, format: formats[extension], table: url.searchParams.get('table') })
    assert.ok((await answer.body()).equals(file.base64 === null ? Buffer.from(file.text) : Buffer.from(file.base64, 'base64')), href)
    seen.push(extension)
  }
  assert.deepEqual(seen.toSorted(), Object.keys(formats).toSorted())
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'CSV' }).click()
  assert.match((await saving).suggestedFilename(), /\.csv$/)

  await go(page, '/reports?kind=RELEASE')
  await page.locator('tbody').getByRole('link', { name: storedReport.title, exact: true }).first().waitFor()
})

story('two stored reports are compared, and the comparison has an address', async (page) => {
  const store = async (iteration) => (await ask('mutation ($input: StoreReportInput!) { storeReport(input: $input) { storedReport { id } } }', { input: { report: { kind: 'ITERATION', product: 'atelier', iteration } } })).storeReport.storedReport.id
  const [earlier, later] = [await store('Sprint 24'), await store('Sprint 26')]
  await go(page, `/report/${later}`)
  const { storedReport } = await ask('query ($id: ID!, $other: Reference!) { storedReport(id: $id) { report { changesSince changes { subject } } changesSince(report: $other) { subject text } } }', { id: later, other: earlier })
  const subjects = () => page.getByRole('list', { name: 'What changed' }).locator('b').allTextContents()
  assert.deepEqual(await subjects(), storedReport.report.changes.map(({ subject }) => subject))
  await page.getByRole('combobox', { name: 'Compare with another' }).selectOption(earlier)
  await page.waitForURL(new RegExp(`since=${earlier}`))
  await page.getByText('“Iteration report: Sprint 24”', { exact: false }).waitFor()
  await page.reload()
  await settled(page)
  await page.getByText('“Iteration report: Sprint 24”', { exact: false }).waitFor()
  assert.deepEqual(await subjects(), storedReport.changesSince.map(({ subject }) => subject))
})

story('the iteration page begins with its report, and saves it in any format', async (page) => {
  const { product } = await ask('{ product(product: "atelier") { iterations(first: 30) { nodes { id name } } } }')
  const { id } = product.iterations.nodes.find(({ name }) => name === 'Sprint 26')
  await go(page, `/p/atelier/iterations/${id}`)
  const { report } = await ask('query ($id: Reference!) { report(of: { kind: ITERATION, iteration: $id }) { changes { subject text } file(format: MARKDOWN) { name text } } }', { id })
  const shown = await page.getByRole('list', { name: 'What changed' }).getByRole('listitem').allTextContents()
  assert.deepEqual(shown, report.changes.map(({ subject, text }) => `${subject} ${text}`))
  for (const [label, pattern] of [['Markdown', /\.md$/], ['Document (PDF)', /\.pdf$/], ['First table as Parquet', /\.parquet$/]]) {
    await page.locator('summary', { hasText: 'Report' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: label, exact: true }).click()
    const saved = await saving
    assert.match(saved.suggestedFilename(), pattern)
    if (label === 'Markdown') assert.equal(unrevised(readFileSync(await saved.path(), 'utf8')), unrevised(report.file.text))
    if (label.includes('PDF')) assert.equal(readFileSync(await saved.path()).subarray(0, 5).toString(), '%PDF-')
  }
  await page.locator('summary', { hasText: 'Report' }).click()
  await page.getByRole('button', { name: 'Save a report now' }).click()
  await page.getByRole('status').getByRole('link', { name: 'Open it' }).click()
  await page.getByRole('heading', { level: 1, name: 'Iteration report: Sprint 26' }).waitFor()
})

it('who may only read saves no report, and reads those without single responses', async () => {
  const token = await tokenOf('BUSINESS')
  const { context, page, complaints } = await signedIn(browser, { token })
  await go(page, '/reports')
  assert.equal(await page.getByRole('button', { name: 'Save a report now' }).count(), 0)
  const list = 'query { storedReports(first: 100) { totalCount } }'
  const [own, all] = [(await ask(list, {}, token)).storedReports.totalCount, (await ask(list, {}, TOKEN)).storedReports.totalCount]
  assert.ok(own < all, `${own} of ${all}`)
  await page.getByRole('heading', { level: 2, name: `${own} stored report${own === 1 ? '' : 's'}` }).waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

story('the words that stand out are those of the API, with examples, and lead to the comments', async (page) => {
  await go(page, '/p/atelier/features/export?days=90')
  const { feature } = await ask('query ($period: PeriodInput!) { feature(product: "atelier", feature: "export") { commentWords(period: $period) { words { text examples { comment } } } feedback(first: 1, filter: { hasComment: true }) { totalCount } } }', { period: period(90) })
  const list = page.getByRole('list', { name: 'Words that stand out' })
  assert.deepEqual(await list.locator('summary > b').allTextContents(), feature.commentWords.words.map(({ text }) => text))
  const word = feature.commentWords.words.find(({ text }) => text.includes('hangs'))
  await list.getByText(word.text, { exact: true }).click()
  assert.deepEqual(await list.locator('details[open] blockquote > span').allTextContents(), word.examples.map(({ comment }) => comment))
  await list.getByRole('button', { name: `Find comments with “${word.text}”` }).click()
  await page.waitForURL(/find=/)
  assert.equal(await page.getByRole('searchbox', { name: 'Search comments' }).inputValue(), word.text)
  await page.getByText(/match(es)? in /).waitFor()
  await page.getByRole('button', { name: 'Peculiar' }).click()
  await page.waitForURL(/words=peculiar/)
})

story('a search goes through all responses of the period, and not only the newest', async (page) => {
  // What is sought is older than the newest 200.
  const { feature } = await ask('query ($period: DateRangeInput!) { feature(product: "atelier", feature: "canvas") { feedback(first: 200, filter: { day: $period, hasComment: true }) { totalCount pageInfo { endCursor } } } }', { period: period(365) })
  assert.ok(feature.feedback.totalCount > 600)
  const older = await ask('query ($period: DateRangeInput!, $after: String) { feature(product: "atelier", feature: "canvas") { feedback(first: 200, after: $after, filter: { day: $period, hasComment: true }) { nodes { customer { key } } } } }', { period: period(365), after: feature.feedback.pageInfo.endCursor })
  const { key } = older.feature.feedback.nodes.findLast(({ customer }) => customer).customer
  await go(page, '/p/atelier/features/canvas?days=365')
  await page.getByRole('searchbox', { name: 'Search comments' }).fill(key)
  await page.waitForURL(new RegExp(`find=${key}`))
  await page.getByRole('region', { name: 'Responses' }).getByRole('link', { name: key }).first().waitFor({ timeout: 15_000 })
  await page.getByRole('searchbox', { name: 'Search comments' }).fill('nobody wrote this')
  await page.getByText('None ', { exact: false }).first().waitFor({ timeout: 20_000 })
})

story('by keyboard alone: reports are reached and one is opened', async (page) => {
  await go(page, '/overview')
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor()
  await settled(page)
  for (let count = 0; count < 60; count += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.closest('tbody th') !== null)) break
  }
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Files' }).waitFor()
})
