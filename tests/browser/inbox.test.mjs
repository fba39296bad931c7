// Announcements, the inbox, and the calendar: what people do with them, and that the API has it.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { ask, open, PAGE, settled, signedIn } from './browser.mjs'
import { announce, at, cast, does, member } from './people.mjs'

let browser
let people
before(async () => {
  browser = await open()
  people = await cast()
})
after(() => browser?.close())

/** A page of its own for each test, of one of the people, closed after it. */
function story(name, who, run, options = {}) {
  it(name, async () => {
    const { context, page, complaints } = await signedIn(browser, { ...options, ...(who ? { token: people[who].token } : {}) })
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

const stateOf = async (id) => (await ask('query ($id: ID!) { announcement(id: $id) { title state edition acknowledgements { edition note member { name } } moves { kind reason } changes audiences features { key } } }', { id })).announcement
const soon = () => ({ from: at(3, 9), until: at(3, 10) })

story('support reads an announcement and acknowledges it, which the API has', 'sue', async (page) => {
  const title = `Read me ${Date.now()}`
  const id = await announce({ kind: 'MAINTENANCE', title, planned: soon(), changes: 'Slow for an hour.' }, { token: people.dora.token })
  await go(page, '/inbox')
  const list = page.getByRole('list', { name: 'To acknowledge' })
  await list.getByText(title).waitFor()
  await page.getByLabel(`Remark on ${title}`).fill('Told the early shift.')
  await page.getByRole('button', { name: `Acknowledge ${title}` }).click()
  await list.getByText(title).waitFor({ state: 'detached' })
  const { acknowledgements } = await stateOf(id)
  assert.deepEqual(acknowledgements, [{ edition: 1, note: 'Told the early shift.', member: { name: 'Sue Sato' } }])
  await go(page, `/p/atelier/announcements/${id}`)
  await page.getByRole('region', { name: 'Acknowledged by' }).getByText('Told the early shift.').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Acknowledge/ }).count(), 0)
})

story('development drafts, publishes, reschedules and concludes, and support is told as it happens', 'dora', async (page) => {
  const { context, page: desk, complaints } = await signedIn(browser, { token: people.sue.token })
  await go(desk, '/inbox')
  await desk.getByText('Live', { exact: true }).last().waitFor()
  const title = `Move of the cache ${Date.now()}`

  await go(page, '/p/atelier/announcements')
  await page.getByRole('button', { name: 'New announcement' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('What is announced').fill(title)
  await form.getByLabel('Kind').selectOption('MAINTENANCE')
  await form.getByLabel('Planned from').fill(at(2, 8).slice(0, 16))
  await form.getByLabel('until').fill(at(2, 9).slice(0, 16))
  await form.getByLabel('Search', { exact: true }).check()
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  const id = page.url().split('/').at(-1)
  const drafted = await stateOf(id)
  assert.deepEqual([drafted.state, drafted.features, drafted.audiences], ['DRAFT', [{ key: 'search' }], ['SUPPORT']])

  // Without what customers will notice it cannot be published, and says so.
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Publish now' }).click()
  await page.getByRole('dialog').getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Edit' }).click()
  await form.getByLabel('What customers will notice').fill('Search is slow for an hour.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('region', { name: 'What customers will notice' }).getByText('Search is slow for an hour.').waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Publish now' }).click()
  await page.getByText('Published', { exact: true }).first().waitFor()

  // The other page was not loaded anew.
  const notified = desk.getByRole('list', { name: 'Notifications' }).getByRole('listitem').filter({ hasText: title })
  await notified.getByText('New announcement').waitFor({ timeout: 15_000 })
  await desk.getByRole('list', { name: 'To acknowledge' }).getByText(title).waitFor()
  await desk.getByRole('button', { name: `Acknowledge ${title}` }).click()
  await page.getByRole('region', { name: 'Acknowledged by' }).getByText('1 of', { exact: false }).first().waitFor({ timeout: 15_000 })

  await page.getByRole('button', { name: 'Reschedule' }).click()
  await form.getByLabel('Planned from').fill(at(3, 8).slice(0, 16))
  await form.getByLabel('until').fill(at(3, 9).slice(0, 16))
  await form.getByLabel('Reason').fill('The machine is not there yet.')
  await page.getByRole('button', { name: 'Reschedule and notify' }).click()
  await page.getByText('The machine is not there yet.').waitFor()
  await notified.getByText('Rescheduled').waitFor({ timeout: 15_000 })
  await desk.getByRole('list', { name: 'To acknowledge' }).getByText(title).waitFor({ timeout: 15_000 })

  await page.getByRole('button', { name: 'Conclude' }).click()
  await page.getByLabel('Outcome').fill('Moved.')
  await page.getByRole('dialog').getByRole('button', { name: 'Conclude' }).click()
  await page.getByText('Concluded', { exact: true }).first().waitFor()
  const done = await stateOf(id)
  assert.deepEqual([done.state, done.edition, done.moves.map(({ kind }) => kind)], ['CONCLUDED', 2, ['PUBLISHED', 'RESCHEDULED', 'CONCLUDED']])
  assert.equal(await page.getByRole('button', { name: /Edit|Publish|Reschedule|Conclude|Cancel it/ }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

story('an announcement that was published is canceled with a reason', 'dora', async (page) => {
  const id = await announce({ kind: 'MAINTENANCE', title: `Not after all ${Date.now()}`, planned: soon(), changes: 'Nothing.' }, { token: people.dora.token })
  await go(page, `/p/atelier/announcements/${id}`)
  await page.getByRole('button', { name: 'Cancel it' }).click()
  await page.getByLabel('Reason').fill('It is not needed.')
  await page.getByRole('button', { name: 'Cancel and notify' }).click()
  await page.getByText('Canceled', { exact: true }).first().waitFor()
  const { state, moves } = await stateOf(id)
  assert.deepEqual([state, moves.at(-1)], ['CANCELLED', { kind: 'CANCELLED', reason: 'It is not needed.' }])
})

story('who it affects is what the API says, and what a person decides', 'dora', async (page) => {
  await go(page, `/p/atelier/announcements/${people.release}`)
  const { announcement } = await ask('query ($id: ID!) { announcement(id: $id) { affectedBySegment { segment { name } customers } affectedCustomers(first: 1) { totalCount nodes { customer { key } reasons } } } }', { id: people.release })
  const shown = await page.getByRole('region', { name: 'Affected customers' }).getByRole('listitem').evaluateAll((lines) => lines.map((line) => [line.firstChild.textContent, line.lastChild.textContent]))
  assert.deepEqual(shown, announcement.affectedBySegment.map(({ segment, customers }) => [segment.name, customers.toLocaleString('en-US')]))
  const { key } = announcement.affectedCustomers.nodes[0].customer
  const choice = page.getByRole('combobox', { name: `Decision about ${key}` })
  await choice.selectOption('Not affected')
  await page.getByRole('row', { name: new RegExp(key) }).getByText('excluded by hand').waitFor()
  const reasons = async () => (await ask('query ($id: ID!, $text: String) { announcement(id: $id) { affectedCustomers(filter: { text: $text }) { nodes { reasons } } } }', { id: people.release, text: key })).announcement.affectedCustomers.nodes[0].reasons
  assert.ok((await reasons()).includes('EXCLUDED'))
  await choice.selectOption('As computed')
  await page.getByRole('row', { name: new RegExp(key) }).getByText('excluded by hand').waitFor({ state: 'detached' })
  assert.ok(!(await reasons()).includes('EXCLUDED'))
  await page.getByRole('searchbox', { name: 'Find affected customers' }).fill('nobody-at-all')
  await page.keyboard.press('Enter')
  await page.getByText('No affected customer is called “nobody-at-all”.').waitFor()
})

it('who may only read reports announces nothing, and sees no customers', async () => {
  const { secret } = await does('createToken', { name: `business ${Date.now()}`, role: 'BUSINESS' })
  const { context, page, complaints } = await signedIn(browser, { token: secret })
  await go(page, '/p/atelier/announcements')
  // In the words of business.
  await page.getByRole('heading', { name: /notices?$/ }).first().waitFor()
  assert.equal(await page.getByRole('button', { name: /^New (announcement|notice)$/ }).count(), 0)
  await go(page, `/p/atelier/announcements/${people.release}`)
  await page.getByRole('region', { name: 'Affected customers' }).waitFor()
  assert.equal(await page.getByRole('button', { name: /Edit|Reschedule|Conclude|Cancel it|Acknowledge/ }).count(), 0)
  assert.equal(await page.getByText('Customers whom it concerns, and why').count(), 0)
  await go(page, '/inbox')
  assert.equal(await page.getByText('Is this customer affected?').count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Record a response' }).count(), 0)
  assert.deepEqual(complaints, [])
  await context.close()
})

story('notifications are read one by one and all at once, and stay read', 'sam', async (page) => {
  const unread = async () => (await ask('{ viewer { unreadNotifications } }', {}, people.sam.token)).viewer.unreadNotifications
  const titles = [1, 2].map((each) => `Notice ${each} ${Date.now()}`)
  const ids = []
  for (const title of titles) ids.push(await announce({ kind: 'MAINTENANCE', title, planned: soon(), changes: 'Nothing.' }, { token: people.dora.token }))
  await go(page, '/inbox')
  const before = await unread()
  const list = page.getByRole('list', { name: 'Notifications' })
  await list.getByText(titles[1]).waitFor()
  const link = page.getByRole('link', { name: /^Inbox/ })
  await link.getByText(String(before)).waitFor()
  await page.getByRole('button', { name: `Mark as read: ${titles[0]}` }).click()
  await list.getByText(titles[0]).waitFor({ state: 'detached' })
  assert.equal(await unread(), before - 1)
  // Whoever follows a notification has read it.
  await list.getByRole('link', { name: titles[1] }).click()
  await page.waitForURL(new RegExp(ids[1]))
  await page.getByRole('heading', { level: 1, name: titles[1] }).waitFor()
  await link.click()
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await page.getByText('All read').waitFor()
  assert.equal(await unread(), 0)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.waitForURL(/show=all/)
  await page.reload()
  await settled(page)
  await page.getByRole('list', { name: 'Notifications' }).getByText(titles[0]).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Mark all as read' }).count(), 0)
})

story('an incident of a team is in the inbox of its members, as it happens', null, async () => {
  const { product } = await ask('{ product(product: "atelier") { features(first: 50) { nodes { key team { key } } } } }')
  const { key: feature, team } = product.features.nodes.find((one) => one.key === 'search')
  const tess = await member('Tess Berg', 'DEVELOPMENT', [team.key])
  const { context, page } = await signedIn(browser, { token: tess.token })
  await go(page, '/inbox')
  await page.getByText('Live', { exact: true }).last().waitFor()
  const title = `Nothing is found ${Date.now()}`
  await does('openIncident', { product: 'atelier', title, severity: 2, features: [feature] })
  await page.getByRole('list', { name: 'Notifications' }).getByText(title).waitFor({ timeout: 15_000 })
  await page.getByText('incidents of your team').first().waitFor()
  await context.close()
})

story('whether a customer is affected is answered while the customer is on the telephone', 'sue', async (page) => {
  const title = `Boards are empty ${Date.now()}`
  await does('openIncident', { product: 'atelier', title, severity: 1, customers: ['customer-0344'] })
  await go(page, '/inbox')
  await page.getByRole('searchbox', { name: 'Key or name of the customer' }).fill('mer-0344')
  await page.getByRole('list', { name: 'Found' }).getByText('customer-0344').waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/customer=customer-0344/)
  const found = page.getByRole('region', { name: 'Answer about customer-0344' })
  await found.getByText('Yes.').waitFor()
  await found.getByRole('link', { name: title }).waitFor()
  await page.reload()
  await settled(page)
  await found.getByText('Yes.').waitFor()
  const { customer } = await ask('{ customer(key: "customer-0344") { incidents(filter: { state: OPEN }) { totalCount } } }')
  await found.getByText(`${customer.incidents.totalCount} open incident`, { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.waitForURL((url) => !url.search.includes('customer'))
})

story('what a customer said is recorded in the name of the customer', 'sue', async (page) => {
  const comment = `By telephone ${Date.now()}`
  await go(page, '/inbox?customer=customer-0345')
  await page.getByRole('button', { name: 'Record a response' }).click()
  assert.equal(await page.getByLabel('Customer, by key').inputValue(), 'customer-0345')
  await page.getByRole('dialog').getByLabel('Feature').selectOption('search')
  await page.getByLabel('Scale').selectOption('csat')
  await page.getByRole('radio', { name: '2' }).check()
  await page.getByLabel('In the words of the customer').fill(comment)
  await page.getByRole('button', { name: 'Record', exact: true }).click()
  await page.getByRole('status').filter({ hasText: 'customer-0345 recorded' }).waitFor()
  const { customer } = await ask('{ customer(key: "customer-0345") { feedback(first: 1) { nodes { comment rating channel feature { key } scale { key } } } } }')
  assert.deepEqual(customer.feedback.nodes[0], { comment, rating: 2, channel: 'telephone', feature: { key: 'search' }, scale: { key: 'csat' } })
})

story('the calendar is the one of the API, with its conflicts, and its month is in the address', 'dora', async (page) => {
  const month = at(8).slice(0, 7)
  await go(page, `/calendar?month=${month}`)
  const [first, next] = [`${month}-01`, new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)).toISOString().slice(0, 10)]
  const monday = (day) => new Date(Date.parse(day) - ((new Date(day).getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10)
  const until = monday(new Date(Date.parse(next) + 6 * 86_400_000).toISOString().slice(0, 10))
  const { calendar } = await ask('query ($period: PeriodInput!) { calendar(period: $period) { entries { title } conflicts { isInFreeze } } }', { period: { from: monday(first), until } })
  assert.ok(calendar.entries.length >= 3 && calendar.conflicts.some(({ isInFreeze }) => isInFreeze))
  await page.getByText(`${calendar.entries.length} changes, ${calendar.conflicts.length} conflict`, { exact: false }).waitFor()
  const conflicts = page.getByRole('region', { name: 'Conflicts' })
  assert.equal(await conflicts.getByRole('listitem').count(), calendar.conflicts.length)
  await conflicts.getByText('Nothing may be changed during the freeze.').first().waitFor()
  for (const { title } of calendar.entries) await page.getByRole('main').getByRole('link', { name: title }).first().waitFor()
  await page.getByRole('button', { name: 'Month before' }).click()
  await page.waitForURL((url) => url.searchParams.get('month') < month)
  const heading = await page.getByRole('heading', { level: 2, name: /\d{4}$/ }).textContent()
  await page.reload()
  await settled(page)
  assert.equal(await page.getByRole('heading', { level: 2, name: /\d{4}$/ }).textContent(), heading)
})

story('an announcement is a mark on the time axis of its feature, and a line of its release', 'sue', async (page) => {
  await go(page, '/p/atelier/features/export?days=30')
  const chart = page.getByRole('slider')
  await page.locator('svg[data-chart]').getByText('Announcements').waitFor()
  const box = await chart.boundingBox()
  const day = at(-20).slice(0, 10)
  await chart.focus()
  const texts = []
  for (let count = 0; count < 31; count += 1) {
    await page.keyboard.press('ArrowRight')
    texts.push(await chart.getAttribute('aria-valuetext'))
  }
  const said = texts.filter((text) => text.includes('Maintenance announced: Certificates renewed'))
  assert.ok(said.length > 0 && said[0].startsWith(String(Number(day.slice(8)))), `${said[0]} for ${day}, ${box.width} px`)
  await go(page, '/p/atelier/releases/5.9')
  await page.getByRole('region', { name: 'Announcements' }).getByRole('link', { name: 'Export is rebuilt' }).waitFor()
  await go(page, '/p/atelier/releases/5.3')
  await page.getByRole('region', { name: 'Announcements' }).getByText('Nobody announced this release.').waitFor()
})

story('how well support was prepared is said where the API says it', null, async (page) => {
  await go(page, '/p/atelier/announcements')
  await page.locator('dl > div').first().waitFor()
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const from = new Date(Date.parse(until) - 90 * 86_400_000).toISOString().slice(0, 10)
  const { product } = await ask('query ($period: PeriodInput!) { product(product: "atelier") { preparedness(period: $period) { shippedReleases announcedReleases attributedIncidents surpriseIncidents } iterations(first: 30) { nodes { id preparedness { releases { release { version } } } } } } }', { period: { from, until } })
  const { shippedReleases, announcedReleases, attributedIncidents, surpriseIncidents } = product.preparedness
  const stats = await page.locator('dl > div').evaluateAll((all) => all.map((one) => one.querySelector('dd').textContent))
  assert.equal(stats[0], `${announcedReleases}of ${shippedReleases}`)
  assert.equal(stats[3], `${surpriseIncidents}of ${attributedIncidents}`)
  const iteration = product.iterations.nodes.find(({ preparedness }) => preparedness.releases.length > 0)
  await go(page, `/p/atelier/iterations/${iteration.id}`)
  await page.getByRole('region', { name: 'How well support was prepared' }).getByRole('link', { name: iteration.preparedness.releases[0].release.version }).waitFor()
  await go(page, '/overview')
  await page.getByRole('region', { name: 'How well support was prepared' }).getByText(`${announcedReleases} of ${shippedReleases} releases announced`).waitFor()
})

/** Presses Tab until what has the focus is called this. */
async function tabTo(page, name, most = 80) {
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

story('by keyboard alone: an announcement is acknowledged, and the calendar walked', 'sue', async (page) => {
  const title = `Keys only ${Date.now()}`
  const id = await announce({ kind: 'MAINTENANCE', title, planned: { from: at(0, 23), until: at(1, 23) }, changes: 'Nothing.' }, { token: people.dora.token })
  await go(page, '/overview')
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
  await page.getByRole('list', { name: 'To acknowledge' }).getByText(title).waitFor()
  await tabTo(page, new RegExp(`^Acknowledge ${title}$`), 200)
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'To acknowledge' }).getByText(title).waitFor({ state: 'detached' })
  assert.equal((await stateOf(id)).acknowledgements.length, 1)
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await page.getByRole('heading', { level: 1, name: 'Calendar' }).waitFor()
  await tabTo(page, /^Month after$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/month=/)
})

story('an announcement is found by typing', 'sue', async (page) => {
  await go(page, '/overview')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('is rebu')
  await page.getByRole('option', { name: /Export is rebuilt/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Export is rebuilt' }).waitFor()
})

story('texts of announcements are text, whatever they contain', 'dora', async (page) => {
  const hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script> \u202Eevil {{7*7}}'
  const id = await announce({ kind: 'MAINTENANCE', title: `${hostile.slice(0, 60)} ${Date.now()}`, planned: soon(), changes: hostile, talkingPoints: hostile, workaround: hostile }, { token: people.dora.token })
  await go(page, `/p/atelier/announcements/${id}`)
  await page.getByText('{{7*7}}').first().waitFor()
  await go(page, '/calendar')
  assert.equal(await page.evaluate(() => window.hurt), undefined)
  assert.equal(await page.locator('main img').count(), 0)
})
