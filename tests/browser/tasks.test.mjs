// What people do with the dashboard, and that it shows what the API says.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { connect, createServer } from 'node:net'
import { arrives, ask, AxeBuilder, EMPTY, EMPTY_TOKEN, LINK, open, PAGE, settled, signedIn, TOKEN } from './browser.mjs'

let browser
before(async () => { browser = await open() })
after(() => browser?.close())

/** A page of its own for each test, closed after it. */
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

const SUBMIT = 'mutation ($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { id } userErrors { message } } }'
let sent = 0
async function submit(comment) {
  const input = { product: 'atelier', feature: 'search', scale: 'csat', rating: 5, comment, externalId: `browser-${Date.now()}-${++sent}` }
  const { submitFeedback } = await ask(SUBMIT, { input })
  assert.deepEqual(submitFeedback.userErrors, [])
}

story('the ranking is the one of the API', async (page) => {
  await go(page, '/p/atelier/value?days=90')
  const shown = await page.locator('tbody tr').evaluateAll((rows) => rows.filter((row) => !row.querySelector('[scope=rowgroup]')).map((row) => [row.cells[0].textContent, row.cells[1].firstChild.textContent]))
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const from = new Date(Date.parse(until) - 90 * 86_400_000).toISOString().slice(0, 10)
  const { product } = await ask('query ($period: PeriodInput!) { product(product: "atelier") { valueReport(period: $period) { entries { rank feature { name } } } } }', { period: { from, until } })
  assert.deepEqual(shown, product.valueReport.entries.map(({ rank, feature }) => [String(rank ?? '–'), feature?.name ?? 'The product as a whole']))
})

story('a filter changes the address and survives a reload', async (page) => {
  await go(page, '/p/atelier/value')
  await page.getByRole('combobox', { name: 'Segment' }).selectOption('free')
  await page.getByRole('combobox', { name: 'Team' }).selectOption('Drawing')
  await page.waitForURL(/segment=free.*team=Drawing/)
  await page.reload()
  await settled(page)
  assert.equal(await page.getByRole('combobox', { name: 'Segment' }).inputValue(), 'free')
  assert.equal(await page.locator('tbody tr').count(), 3)
})

story('a feature opens from the ranking with the same filters, and back', async (page) => {
  await go(page, '/p/atelier/value?days=180&segment=team')
  await page.getByRole('link', { name: 'Export' }).click()
  await page.getByRole('heading', { level: 1, name: 'Export' }).waitFor()
  assert.match(page.url(), /features\/export\?days=180&segment=team/)
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: /What customers value/ }).waitFor()
})

story('dragging over the chart zooms, and the zoom is in the address', async (page) => {
  await go(page, '/p/atelier/features/export?days=365')
  const box = await page.getByRole('slider').boundingBox()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 150)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.9, box.y + 150, { steps: 6 })
  await page.mouse.up()
  await page.waitForURL(/zoomFrom=.*zoomUntil=/)
  await page.getByRole('button', { name: 'Whole period' }).click()
  await page.waitForURL((url) => !url.search.includes('zoomFrom'))
})

story('the chart is read by keyboard', async (page) => {
  await go(page, '/p/atelier/features/export')
  const chart = page.getByRole('slider')
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('PageDown')
  assert.match(await chart.getAttribute('aria-valuetext'), /\d+ \w+ \d{4}\. Export \d+/)
})

story('the verdict on a release comes first and in words', async (page) => {
  await go(page, '/p/atelier/releases/5.3')
  const verdict = page.getByRole('region', { name: 'Verdict' })
  assert.match(await verdict.textContent(), /Regressed5\.3 made things worse for Export: ratings fell by \d+ ± \d+ points/)
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await page.waitForURL(/feature=search/)
})

story('a response appears live, without a reload', async (page) => {
  await go(page, '/live')
  await page.getByText('Connected:').waitFor()
  const comment = `live ${Date.now()}`
  await submit(comment)
  await page.getByText(comment).waitFor({ timeout: 10_000 })
})

/** Another way to the server, which can be cut. */
async function cable() {
  const { hostname, port } = new URL(PAGE)
  const ends = new Set()
  const server = createServer((browser) => {
    const there = connect(Number(port), hostname)
    for (const [one, other] of [[browser, there], [there, browser]]) {
      ends.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => { ends.delete(one); other.destroy() })
    }
  })
  const listen = (at) => new Promise((done) => server.listen(at, '127.0.0.1', done))
  await listen(0)
  const at = server.address().port
  return {
    page: `http://127.0.0.1:${at}`,
    cut: () => { server.close(); ends.forEach((end) => end.destroy()) },
    mend: () => listen(at),
  }
}

it('what happens while the connection is lost is told afterwards, once', async () => {
  const { page: address, cut, mend } = await cable()
  const { context, page } = await signedIn(browser)
  await page.goto(`${address}/live`)
  await settled(page)
  await page.getByText('Connected:').waitFor()
  const [first, second] = [`before ${Date.now()}`, `meanwhile ${Date.now()}`]
  await submit(first)
  await page.getByText(first).waitFor({ timeout: 10_000 })
  cut()
  await page.getByRole('alert').filter({ hasText: 'connection is lost' }).waitFor({ timeout: 30_000 })
  await submit(second)
  await mend()
  await page.getByText(second).waitFor({ timeout: 30_000 })
  assert.equal(await page.getByText(second).count(), 1)
  assert.equal(await page.getByText(first).count(), 1)
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await context.close()
  cut()
})

story('comments are text, whatever they contain', async (page) => {
  const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script> \u202Eevil {{7*7}}'
  await submit(hostile)
  await go(page, '/p/atelier/features/search')
  await page.getByText('{{7*7}}').first().waitFor()
  assert.equal(await page.evaluate(() => window.hurt), undefined)
  assert.equal(await page.locator('main img').count(), 0)
})

story('everything is found by typing', async (page) => {
  await go(page, '/overview')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('notif')
  await page.getByRole('option', { name: /Notifications/ }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor()
})

story('settings and the import of files are found by typing, however fast', async (page) => {
  await go(page, '/overview')
  await page.keyboard.press('/')
  await page.getByRole('combobox', { name: 'Find' }).waitFor()
  await page.keyboard.type('import a')
  await page.keyboard.press('Enter')
  await page.getByText('Drop a file here').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find' }).waitFor()
  await page.keyboard.type('settings: sca')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Scales', exact: true }).waitFor()
})

story('each table of each screen can be saved, and each screen shows its query', async (page) => {
  const { product } = await ask('{ product(product: "atelier") { iterations(first: 1) { nodes { id } } knownErrors(first: 1) { nodes { id } } } }')
  const of = (path) => `/p/atelier${path}`
  const sections = ['members', 'teams', 'tokens', 'segments', 'scales', 'schedules', 'imports'].map((section) => `/settings?section=${section}`)
  const lacking = []
  for (const path of [of('/value'), of('/features/export'), of('/compare'), of('/releases'), of('/releases/5.3'), of('/incidents'), of('/known-errors'), of('/iterations'), of(`/iterations/${product.iterations.nodes[0].id}`), of('/announcements'), '/overview', '/customers', '/customers/customer-0001', '/calendar', ...sections]) {
    await go(page, path)
    lacking.push(...await page.evaluate((where) => [...document.querySelectorAll('main table, main svg[data-chart]')].filter((one) => {
      const card = one.closest('section')
      const may = [...(card?.querySelectorAll('summary, a, button') ?? [])].some((button) => /Export|CSV|Report/.test(button.textContent))
      return !may
    }).map((one) => `${where}: ${one.closest('section')?.querySelector('h2, h3')?.textContent ?? one.outerHTML.slice(0, 80)}`), path))
    await page.keyboard.press('q')
    const query = page.getByRole('dialog').getByText(/query \w+/).first()
    await query.waitFor({ timeout: 5000 }).catch(() => lacking.push(`${path}: no query`))
    await page.keyboard.press('Escape')
  }
  assert.deepEqual(lacking, [])
})

story('keys lead to each screen, and ? shows them', async (page) => {
  await go(page, '/p/atelier/value')
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.getByRole('heading', { level: 1, name: 'Releases of Atelier' }).waitFor()
})

story('a screen shows its query, which GraphiQL opens', async (page) => {
  await go(page, '/p/atelier/releases')
  await page.keyboard.press('q')
  await page.getByText('query Releases(').waitFor()
  await page.getByRole('button', { name: 'Open in GraphiQL' }).click()
  await page.waitForURL(/graphiql/)
  // GraphiQL runs nothing before there is a place for the response.
  await page.locator('.graphiql-response .CodeMirror').waitFor()
  await page.getByRole('button', { name: /Execute query/ }).click()
  await page.getByText('"regression"').first().waitFor({ timeout: 15_000 })
})

story('an incident is opened, resolved and opened again', async (page) => {
  await go(page, '/p/atelier/incidents')
  await page.getByRole('button', { name: 'New incident' }).click()
  await page.getByLabel('What is wrong').fill('Search finds nothing')
  await page.getByLabel('Search', { exact: true }).check()
  await page.getByRole('button', { name: 'Open incident' }).click()
  await page.getByRole('heading', { level: 1, name: /Search finds nothing/ }).waitFor()
  await page.getByRole('button', { name: 'Resolve' }).click()
  await page.getByRole('button', { name: 'Reopen' }).click()
  await page.getByRole('button', { name: 'Resolve' }).click()
  await page.getByText('Reopened').waitFor()
  await page.getByRole('button', { name: 'Reopen' }).waitFor()
})

it('who may only read is offered nothing that writes', async () => {
  const name = `reader ${Date.now()}`
  const { createToken } = await ask('mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret userErrors { message } } }', { input: { name, role: 'SUPPORT', scope: 'READ' } })
  const { context, page, complaints } = await signedIn(browser, { token: createToken.secret })
  await go(page, '/p/atelier/incidents')
  assert.equal(await page.getByRole('button', { name: 'New incident' }).count(), 0)
  assert.equal(await page.getByRole('link', { name: 'Settings' }).count(), 0)
  await go(page, '/p/atelier/releases/5.3')
  assert.equal(await page.getByRole('button', { name: /Confirm|Reject|Not caused/ }).count(), 0)
  await go(page, '/settings')
  await page.getByText('You may not change settings').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

it('a link signs in once, and a wrong token not at all', async () => {
  const first = await arrives(browser)
  await first.page.goto(LINK)
  await first.page.getByRole('heading', { level: 1, name: /What customers value/ }).waitFor()
  assert.ok(!first.page.url().includes('sign-in'), 'the link is not in the address any more')
  assert.deepEqual(first.complaints, [])
  await first.page.getByRole('button', { name: 'Sign out' }).click()
  await first.page.getByLabel(/Access token/).waitFor()
  await first.context.close()

  const { context, page } = await arrives(browser)
  await page.goto(LINK)
  await page.getByRole('alert').filter({ hasText: 'used already' }).waitFor()
  await page.goto(`${PAGE}/p/atelier/releases`)
  await page.getByLabel(/Access token/).fill('ballroom_wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'unknown, revoked' }).waitFor()
  await page.getByLabel(/Access token/).fill(TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Releases of Atelier' }).waitFor()
  // Nothing that scripts can read says who it is.
  const readable = await page.evaluate(() => document.cookie + JSON.stringify({ ...sessionStorage, ...localStorage }))
  assert.ok(!readable.includes('ballroom_') || !readable.includes(TOKEN.slice(9, 40)), readable)
  // Signed out elsewhere, the page says so with the next question.
  await context.request.delete(`${PAGE}/session`, { headers: { origin: PAGE } })
  await page.getByRole('link', { name: 'Compare' }).click()
  await page.getByRole('alert').filter({ hasText: 'Sign in again' }).waitFor()
  await context.close()
})

story('an iteration tells what customers experienced in its days', async (page) => {
  await go(page, '/p/atelier/iterations')
  await page.getByRole('link', { name: 'Sprint 23' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sprint 23' }).waitFor()
  await page.getByRole('region', { name: 'Releases shipped' }).getByText(/5\.3 made things worse for Export/).waitFor()
  const { product } = await ask('{ product(product: "atelier") { iterations(first: 200) { nodes { name period { from until } } } } }')
  const { period: { from, until } } = product.iterations.nodes.find(({ name }) => name === 'Sprint 23')
  const { product: { valueReport } } = await ask('query ($period: PeriodInput!) { product(product: "atelier") { valueReport(period: $period) { responses } } }', { period: { from, until } })
  const shown = await page.locator('dl > div').filter({ hasText: 'Responses' }).first().textContent()
  assert.match(shown, new RegExp(`^Responses${valueReport.responses.toLocaleString('en-US')}`))
})

story('the overview names what changed and what is open', async (page) => {
  await go(page, '/overview')
  await page.getByRole('region', { name: 'Clear changes' }).getByRole('link', { name: 'Export' }).waitFor()
  await page.getByRole('region', { name: 'Latest releases' }).getByText('Regressed').waitFor()
  const { product } = await ask('{ product(product: "atelier") { incidents(first: 1, filter: { state: OPEN }) { totalCount } } }')
  assert.equal(await page.locator('tbody tr').first().locator('td').last().textContent(), String(product.incidents.totalCount))
})

story('a customer is found by a part of the key', async (page) => {
  await go(page, '/customers')
  await page.getByRole('searchbox').fill('mer-0344')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '1 found' }).waitFor()
  await page.getByRole('link', { name: 'customer-0344' }).click()
  await page.getByRole('heading', { level: 1, name: 'customer-0344' }).waitFor()
})

/** What a click on an entry of the menu "Export" of a card saves. */
async function saved(page, card, entry) {
  const region = page.getByRole('region', { name: card })
  await region.getByText('Export', { exact: true }).first().click()
  const [download] = await Promise.all([page.waitForEvent('download'), region.getByRole('button', { name: entry }).click()])
  const { createReadStream } = await import('node:fs')
  const parts = []
  for await (const part of createReadStream(await download.path())) parts.push(part)
  return { name: download.suggestedFilename(), bytes: Buffer.concat(parts) }
}

story('charts and tables are saved as files', async (page) => {
  await go(page, '/p/atelier/value')
  const table = await saved(page, 'Features by perceived value', 'Table as CSV')
  const rows = table.bytes.toString().trim().split('\r\n')
  const { product } = await ask('{ product(product: "atelier") { valueReport { entries { rank } } } }')
  assert.equal(rows.length, product.valueReport.entries.length + 1)
  assert.match(rows[0], /^rank,feature,team,value/)
  const drawn = await saved(page, 'Features by perceived value', 'Chart as SVG')
  assert.match(drawn.name, /\.svg$/)
  assert.match(drawn.bytes.toString(), /Version history/)
  await go(page, '/p/atelier/features/export')
  for (const card of ['Over time', 'Why this score', 'Responses at each rating']) {
    const picture = await saved(page, card, 'Chart as PNG')
    assert.equal(picture.bytes.subarray(1, 4).toString(), 'PNG')
    assert.ok(picture.bytes.length > 8_000, `${card}: ${picture.bytes.length} bytes`)
    assert.match((await saved(page, card, 'Chart as SVG')).bytes.toString(), /<text/)
  }
})

story('the preview of the widget asks as it would, and sends nothing', async (page) => {
  const sent = []
  page.on('request', (request) => { if (request.method() === 'POST' && /submitFeedback/.test(request.postData() ?? '')) sent.push(request.url()) })
  await go(page, '/settings?section=widget')
  await page.getByRole('combobox', { name: /^Scale/ }).selectOption('stars')
  await page.getByRole('combobox', { name: /^Feature/ }).selectOption('search')
  await page.getByText('How do you like Search?').waitFor()
  await page.getByRole('radio', { name: '4 of 5 stars' }).check()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Thank you.').first().waitFor()
  await page.getByText('data-scale="stars"').waitFor()
  assert.deepEqual(sent, [])
})

/** Presses Tab until what has the focus is called this. */
async function tabTo(page, name, most = 120) {
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      return [element?.getAttribute('aria-label'), element?.labels?.[0]?.textContent, element?.textContent].filter(Boolean)
    })
    if (focused.some((text) => name.test(text.trim()))) return
  }
  assert.fail(`Tab does not reach ${name}`)
}

story('by keyboard alone: an incident is opened and its cause stated', async (page) => {
  await go(page, '/overview')
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.getByRole('heading', { level: 1, name: 'Incidents of Atelier' }).waitFor()
  await tabTo(page, /^New incident$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('Layers vanish')
  await tabTo(page, /^Layers$/)
  await page.keyboard.press('Space')
  await tabTo(page, /^Open incident$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /Layers vanish/ }).waitFor()
  await tabTo(page, /^Not caused by a change$/)
  await page.keyboard.press('Enter')
  await page.getByText('not caused by a change', { exact: false }).first().waitFor()
  await tabTo(page, /^Resolve$/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Reopen' }).waitFor()
})

story('by keyboard alone: the ranking is filtered and ordered, a feature opened and its chart read', async (page) => {
  await go(page, '/p/atelier/value')
  await tabTo(page, /^Segment/)
  await page.keyboard.type('Free')
  await page.waitForURL(/segment=free/)
  await tabTo(page, /^Change$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/order=change/)
  // The feature of this name; the menu of the table stands before it.
  await tabTo(page, /^Export$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Export' }).waitFor()
  await tabTo(page, /over time/)
  await page.keyboard.press('ArrowRight')
  assert.match(await page.getByRole('slider').getAttribute('aria-valuetext'), /Export \d+/)
})

story('by keyboard alone: two segments are compared, and a token made', async (page) => {
  await go(page, '/p/atelier/compare')
  await tabTo(page, /^Segments$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/kind=segments/)
  await page.getByRole('heading', { level: 1, name: /Enterprise|Free|Solo|Team/ }).waitFor()
  await go(page, '/settings?section=tokens')
  await tabTo(page, /^New token$/)
  await page.keyboard.press('Enter')
  await page.keyboard.type(`keys ${Date.now()}`)
  await tabTo(page, /^Create$/)
  await page.keyboard.press('Enter')
  await page.getByText(/^ballroom_/).waitFor()
})

it('an empty server leads to the first product, feature and response', { skip: !EMPTY }, async () => {
  const { context, page, complaints } = await signedIn(browser, { token: EMPTY_TOKEN, server: EMPTY })
  await page.goto(EMPTY)
  await page.getByRole('heading', { level: 1, name: 'Welcome to Ballroom' }).waitFor()
  await page.getByRole('textbox', { name: /^Key/ }).fill('shop')
  await page.getByRole('textbox', { name: 'Name' }).fill('Web shop')
  await page.getByRole('button', { name: 'Create product' }).click()
  await page.getByRole('heading', { level: 1, name: 'Set up Web shop' }).waitFor()
  for (const path of ['/overview', '/customers', '/live', '/p/shop/releases', '/p/shop/incidents', '/p/shop/iterations', '/p/shop/compare', '/settings']) {
    await page.goto(EMPTY + path)
    await settled(page)
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations.map(({ id }) => `${path}: ${id}`), [])
  }
  await page.goto(`${EMPTY}/p/shop/value`)
  await page.getByRole('textbox', { name: /^Key/ }).fill('search')
  await page.getByRole('button', { name: 'Create feature' }).click()
  await page.getByRole('heading', { level: 1, name: 'What customers value in Web shop' }).waitFor()
  await page.getByText('No responses in this period').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})
