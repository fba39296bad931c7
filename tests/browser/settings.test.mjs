// What administrators set up: schedules, webhooks in and out with what became of their deliveries, imports, segments; and the words of each reader.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { ask, open, PAGE, settled, signedIn } from './browser.mjs'
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

const LATER = { timeout: 20_000 }

/** A system that gets what is sent, and answers with the status that it is told. */
async function receiver() {
  const got = []
  const there = { status: 500, got }
  const server = createServer((request, answer) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      got.push({ headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) })
      answer.writeHead(there.status).end()
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(there, { url: `http://127.0.0.1:${server.address().port}/hook`, close: () => { server.closeAllConnections(); server.close() } })
}

story('a schedule is created, run, its delivery given up and sent again, paused and deleted', async (page) => {
  const there = await receiver()
  there.status = 404
  try {
    const name = `Weekly value ${Date.now()}`
    await go(page, '/settings?section=schedules')
    await page.getByRole('button', { name: 'New schedule' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name').fill(name)
    await form.getByRole('combobox', { name: 'Report', exact: true }).selectOption('Value')
    await form.getByRole('combobox', { name: 'When' }).selectOption('Mondays at 07:00')
    await form.getByLabel('Time zone').fill('Europe/Berlin')
    await form.getByRole('button', { name: 'Add a destination' }).click()
    await form.getByRole('combobox', { name: 'Send to' }).selectOption('Webhook')
    await form.getByLabel('Where').fill(there.url)
    await form.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Copy the secret now; it is shown only once' }).waitFor()
    assert.match(await form.locator('pre').textContent(), /^whsec_/)
    await page.keyboard.press('Escape')

    const found = async () => (await ask('{ schedules(first: 200) { nodes { name report cron timeZone paused nextRunAt runs(first: 5) { nodes { outcome } } deliveries(first: 5) { nodes { state } } } } }')).schedules.nodes.find((one) => one.name === name)
    const { report, cron, timeZone, nextRunAt } = await found()
    assert.deepEqual([report, cron, timeZone], ['VALUE', '0 7 * * MON', 'Europe/Berlin'])
    assert.ok(Date.parse(nextRunAt) > Date.now())
    const row = page.getByRole('list', { name: 'Schedules' }).getByRole('listitem').filter({ hasText: name })
    await row.getByText('Mondays at 07:00', { exact: false }).waitFor()

    await row.getByRole('button', { name: `Run now ${name}` }).click()
    const history = page.getByRole('region', { name: `History of ${name}` })
    await history.getByText('Done', { exact: true }).waitFor(LATER)
    await history.getByText('Given up', { exact: true }).waitFor(LATER)
    assert.equal((await found()).deliveries.nodes[0].state, 'DEAD')
    there.status = 204
    await history.getByRole('button', { name: `Send all given up again of ${name}` }).click()
    await history.getByText('Accepted', { exact: true }).waitFor(LATER)
    assert.equal(there.got.at(-1).body.type, 'report.written')
    await history.getByRole('link', { name: /Value/ }).first().waitFor()

    await row.getByRole('button', { name: `Pause ${name}` }).click()
    await row.getByText('Only on request', { exact: false }).waitFor()
    assert.equal((await found()).paused, true)
    await row.getByRole('button', { name: `Delete ${name}` }).click()
    await row.getByRole('button', { name: `Delete ${name}` }).click()
    await row.waitFor({ state: 'detached' })
    assert.equal(await found(), undefined)
  } finally {
    there.close()
  }
})

story('what is wrong with a schedule is said beside the form', async (page) => {
  await go(page, '/settings?section=schedules')
  await page.getByRole('button', { name: 'New schedule' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').fill('Never')
  await form.getByRole('combobox', { name: 'When' }).selectOption('At other times')
  await form.getByLabel('Cron expression').fill('every monday')
  await form.getByRole('button', { name: 'Create' }).click()
  await form.getByRole('alert').waitFor()
  assert.equal(await form.getByLabel('Cron expression').inputValue(), 'every monday')
})

story('a webhook is created and tested, what it refused is sent again, and it is disabled and deleted', async (page) => {
  const there = await receiver()
  try {
    const name = `chat ${Date.now()}`
    await go(page, '/settings?section=webhooks')
    await page.getByRole('button', { name: 'New webhook', exact: true }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name').fill(name)
    await form.getByLabel('Address').fill(there.url)
    await form.getByRole('checkbox', { name: 'Incident opened' }).check()
    await form.getByRole('checkbox', { name: 'Release shipped' }).check()
    await form.getByRole('button', { name: 'Create' }).click()
    assert.match(await form.locator('pre').textContent(), /^whsec_/)
    await page.keyboard.press('Escape')
    const found = async () => (await ask('{ webhooks(first: 200) { nodes { id name state events deliveries(first: 5) { nodes { state status event } } } } }')).webhooks.nodes.find((one) => one.name === name)
    assert.deepEqual((await found()).events.toSorted(), ['INCIDENT_OPENED', 'RELEASE_SHIPPED'])

    const row = page.getByRole('list', { name: 'Webhooks out' }).getByRole('listitem').filter({ hasText: name }).first()
    await row.getByRole('button', { name: `Test ${name}` }).click()
    const deliveries = page.getByRole('region', { name: `Deliveries of ${name}` })
    await deliveries.getByText('1 attempt, status 500', { exact: false }).waitFor(LATER)
    await deliveries.getByRole('listitem').getByText('Given up', { exact: true }).waitFor(LATER)
    assert.deepEqual((await found()).deliveries.nodes, [{ state: 'DEAD', status: 500, event: 'WEBHOOK_TEST' }])
    there.status = 200
    await deliveries.getByRole('button', { name: `Send all given up again of ${name}` }).click()
    await deliveries.getByText('1 delivery on the way again.').waitFor()
    await deliveries.getByText('Accepted', { exact: true }).waitFor(LATER)
    assert.deepEqual(there.got.map(({ body }) => body.type), ['webhook.test', 'webhook.test'])
    assert.equal(new Set(there.got.map(({ headers }) => headers['webhook-id'])).size, 1)

    await row.getByRole('button', { name: `Disable ${name}` }).click()
    await row.getByText('disabled', { exact: true }).waitFor()
    assert.equal((await found()).state, 'DISABLED')
    await row.getByRole('button', { name: `Delete ${name}` }).click()
    await row.getByRole('button', { name: `Delete ${name}` }).click()
    await row.waitFor({ state: 'detached' })
    assert.equal(await found(), undefined)
  } finally {
    there.close()
  }
})

story('what another system sends is listed with its reason, and worked off again', async (page) => {
  const name = `github ${Date.now()}`
  await go(page, '/settings?section=webhooks')
  await page.getByRole('button', { name: 'New webhook in' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').fill(name)
  await form.getByRole('combobox', { name: 'System' }).selectOption('GitHub')
  await form.getByLabel('Prefix of versions').fill('v')
  await form.getByRole('button', { name: 'Create' }).click()
  const secret = await form.locator('pre').textContent()
  await page.keyboard.press('Escape')
  const row = page.getByRole('list', { name: 'Webhooks in' }).getByRole('listitem').filter({ hasText: name }).first()
  const { inboundWebhooks } = await ask('{ inboundWebhooks(first: 200) { nodes { id name path } } }')
  const { id, path } = inboundWebhooks.nodes.find((one) => one.name === name)
  await row.getByText(path, { exact: false }).waitFor()

  const version = `9.${Date.now() % 100_000}`
  const body = JSON.stringify({ action: 'created', deployment_status: { id: 7, state: 'success', created_at: new Date().toISOString(), updated_at: new Date().toISOString() }, deployment: { id: 8, ref: `v${version}`, environment: 'staging' } })
  const server = process.env.BALLROOM_SERVER ?? PAGE
  const sent = await fetch(server + path, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'deployment_status', 'x-github-delivery': `d-${version}`, 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` } })
  assert.equal(sent.status, 202, await sent.text())

  await row.getByRole('button', { name: `Deliveries of ${name}` }).click()
  const received = page.getByRole('region', { name: `Deliveries of ${name}` })
  const state = async () => (await ask('query ($id: ID!) { inboundWebhook(id: $id) { deliveries(first: 1) { nodes { state reason } } } }', { id })).inboundWebhook.deliveries.nodes[0]
  for (let tries = 0; tries < 40 && (await state()).state === 'PENDING'; tries += 1) await new Promise((done) => setTimeout(done, 250))
  const { reason } = await state()
  await page.reload()
  await settled(page)
  await row.getByText('1 failed').waitFor()
  await row.getByRole('button', { name: `Deliveries of ${name}` }).click()
  await received.getByText(reason).waitFor()
  await does('planRelease', { product: 'atelier', version })
  await received.getByRole('button', { name: `Work off all failed again of ${name}` }).click()
  for (let tries = 0; tries < 40 && (await state()).state !== 'PROCESSED'; tries += 1) await new Promise((done) => setTimeout(done, 250))
  assert.equal((await state()).state, 'PROCESSED')
  await page.reload()
  await settled(page)
  await row.getByRole('button', { name: `Deliveries of ${name}` }).click()
  await received.getByText('Done').waitFor()
})

story('an import is listed with its rejects, and undone', async (page) => {
  const scratch = mkdtempSync(join(tmpdir(), 'ballroom-import-'))
  const file = join(scratch, `answers-${Date.now()}.csv`)
  writeFileSync(file, `feature,scale,rating,comment,occurred_at,external_id\nsearch,csat,5,Imported,2026-11-01T10:00:00Z,${Date.now()}a\nsearch,csat,9,Too high,2026-11-01T10:00:00Z,${Date.now()}b\n`)
  try {
    try {
      execFileSync(process.env.BALLROOM_BIN, ['--data-dir', process.env.BALLROOM_DATA, 'import', 'feedback', file, '--guess', '--set', 'product=atelier'], { encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      // Rejected rows have an exit status of their own.
      assert.match(`${error.stdout}${error.stderr}`, /rejected/, `${error.stdout}${error.stderr}`)
    }
    const name = file.split('/').at(-1)
    await go(page, '/settings?section=imports')
    const row = page.getByRole('list', { name: 'Imports' }).getByRole('listitem').filter({ hasText: name }).first()
    await row.getByText('2 rows read, 1 stored, 1 rejected').waitFor()
    await row.getByText('Why 1 row was rejected').click()
    const { imports } = await ask('{ imports(first: 50) { nodes { fileName rejects { field reason } } } }')
    const { rejects } = imports.nodes.find(({ fileName }) => fileName === name)
    await row.getByText(rejects[0].reason).waitFor()
    await row.getByRole('button', { name: `Undo ${name}` }).click()
    await row.getByRole('button', { name: `Undo ${name}` }).click()
    await row.getByText('1 removed', { exact: false }).waitFor()
  } finally {
    rmSync(scratch, { recursive: true })
  }
})

story('a segment is renamed', async (page) => {
  await does('createSegment', { key: 'trial', name: 'Trial' })
  await go(page, '/settings?section=segments')
  await page.getByRole('button', { name: /^Rename T/ }).filter({ hasText: 'Rename' }).last().click()
  const name = `Trials ${Date.now()}`
  await page.getByRole('dialog').getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Rename', exact: true }).last().click()
  await page.getByRole('rowheader', { name }).waitFor()
})

it('product management sees schedules and imports, and neither webhooks nor the jobs of the server', async () => {
  const { secret } = await does('createToken', { name: `product ${Date.now()}`, role: 'PRODUCT' })
  const { context, page, complaints } = await signedIn(browser, { token: secret })
  await go(page, '/settings?section=schedules')
  await page.getByRole('region', { name: 'Schedules' }).waitFor()
  assert.equal(await page.getByRole('region', { name: 'The server\'s own jobs' }).count(), 0)
  assert.equal(await page.getByRole('button', { name: 'Webhooks' }).count(), 0)
  await go(page, '/settings?section=webhooks')
  await page.getByText('Only administrators see this').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})
