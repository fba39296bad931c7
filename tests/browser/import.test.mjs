// Files are imported by the page: what is seen before, what comes of it, and that it is what the command line does.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { ask, AxeBuilder, EMPTY, EMPTY_TOKEN, open, PAGE, settled, signedIn } from './browser.mjs'
import { does } from './people.mjs'

const LATER = { timeout: 20_000 }
let browser
let scratch
before(async () => {
  browser = await open()
  scratch = mkdtempSync(join(tmpdir(), 'ballroom-import-'))
})
after(async () => {
  await browser?.close()
  rmSync(scratch, { recursive: true })
})

function story(name, run, options) {
  it(name, async () => {
    const { context, page, complaints } = await signedIn(browser, options)
    try {
      await run(page, context)
      // The browser itself notes each refusal of the server, which is what is tried here.
      assert.deepEqual(complaints.filter((text) => !/status of 422/.test(text)), [])
    } finally {
      await context.close()
    }
  })
}

let made = 0

/** A file of reviews that nobody has sent yet: of its rows, one has no date, one a rating that the scale lacks, one a feature that is not there. */
function reviews(feature = 'Cloud backup') {
  const mark = `${Date.now()}-${(made += 1)}`
  const path = join(scratch, `reviews-${mark}.csv`)
  const row = (id, when, rating, text, version, area) => `${mark}${id};${when};${rating};${text};${version};${area}`
  writeFileSync(path, [
    'Nummer;Datum;Sterne;Kommentar;Version;Bereich',
    row('a', '01.11.2026', 5, 'Größere Boards gehen endlich schnell auf', '5.3', 'search'), row('b', '02.11.2026', 1, '<img src=x onerror=alert(1)> ‮evil', '5.3', 'search'),
    row('c', '03.11.2026', 2, 'far too slow since the last update', '5.3', 'export'), row('d', 'soon', 4, 'it does what it should most days', '5.3', 'export'),
    row('e', '05.11.2026', 9, 'could remember where I was before', '5.3', 'search'), row('f', '06.11.2026', 3, 'saves a copy of everything, twice', '5.3', feature),
    row('g', '07.11.2026', 4, 'nice and easy to use every day', '5.3', 'search'),
  ].join('\r\n'))
  return { path, name: path.split('/').at(-1) }
}

async function drops(page, { path, name }) {
  await page.goto(`${PAGE}/settings?section=imports`)
  await settled(page)
  await page.getByText('Drop a file here').waitFor()
  // A drop as a browser makes it.
  const transfer = await page.evaluateHandle(([text, called]) => {
    const files = new DataTransfer()
    files.items.add(new File([text], called))
    return files
  }, [readFileSync(path, 'utf8'), name])
  await page.getByText('Drop a file here').dispatchEvent('drop', { dataTransfer: transfer })
  await page.getByRole('heading', { name: 'What its columns are' }).waitFor(LATER)
}

const origin = (page, field) => page.getByRole('combobox', { name: `${field} comes from` })
const looked = (page) => page.getByRole('button', { name: /^Import \d+ of \d+ rows?$/ })

/** What can be said about the file of reviews. */
async function says(page) {
  await origin(page, 'Product').selectOption({ label: 'Atelier' })
  await origin(page, 'Time').selectOption({ label: 'Datum' })
  await origin(page, 'Scale').selectOption({ value: 'text:csat' })
  await page.getByRole('button', { name: 'Import 4 of 7 rows' }).waitFor(LATER)
}

async function imported(name) {
  const { imports } = await ask('{ imports(first: 50) { nodes { id fileName state rowsRead rowsAccepted rowsUpdated rowsUnchanged rowsRejected rejects { field reason line rows } } } }')
  return imports.nodes.find(({ fileName }) => fileName === name)
}

/** The same file, options and database by the command line; rejected rows have an exit status of their own. */
function commanded(path, words) {
  const { BALLROOM_BIN, BALLROOM_DATA } = process.env
  try {
    return execFileSync(BALLROOM_BIN, ['--data-dir', BALLROOM_DATA, 'import', 'feedback', path, ...words], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.equal(error.status, 2, `${error.stdout}${error.stderr}`)
    return `${error.stdout}${error.stderr}`
  }
}

story('a file that is dropped is looked at, imported with the counts of the command line, and undone', async (page) => {
  const file = reviews()
  await drops(page, file)
  // What the API found, and what it could not know.
  await page.getByText('utf-8 (certain)', { exact: false }).waitFor()
  assert.equal(await origin(page, 'Rating').inputValue(), 'column:Sterne')
  assert.equal(await origin(page, 'Comment').inputValue(), 'column:Kommentar')
  assert.equal(await origin(page, 'Product').inputValue(), 'text:atelier', 'there is but one product')
  await says(page)
  // What the rows become, and why three do not.
  const first = page.getByRole('table', { name: 'First rows' })
  assert.deepEqual(await first.locator('thead th').allTextContents(), ['Product', 'Time', 'Rating', 'Scale', 'Comment', 'Feature', 'Release', 'ID'])
  await first.getByText('Größere Boards gehen endlich schnell auf').waitFor()
  const why = page.getByRole('heading', { name: 'Why 3 rows would be rejected' })
  await why.waitFor()
  const told = await why.locator('xpath=..').innerText()
  for (const part of ['Time: Unsupported date format soon', 'Rating:', 'Feature: There is no feature "Cloud backup"', 'first in line 5']) assert.ok(told.includes(part), `${part}: ${told}`)
  assert.equal(await imported(file.name), undefined, 'looking stores nothing')
  // What is missing can be created; then one row more is stored.
  await page.getByRole('checkbox', { name: 'features' }).check()
  await page.getByRole('button', { name: 'Import 5 of 7 rows' }).waitFor(LATER)
  await page.getByText('1: Cloud backup', { exact: false }).waitFor()
  await page.getByRole('checkbox', { name: 'features' }).uncheck()
  await page.getByRole('button', { name: 'Import 4 of 7 rows' }).waitFor(LATER)
  await page.getByText('The same on the command line').click()
  const command = await page.getByLabel('Command').innerText()
  await looked(page).click()
  await page.getByText('7 rows read, 4 stored.').waitFor(LATER)
  const { rowsRead, rowsAccepted, rowsRejected, state, id } = await imported(file.name)
  assert.deepEqual([state, rowsRead, rowsAccepted, rowsRejected], ['FINISHED', 7, 4, 3])
  // The rejected rows, as they were.
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the rejected rows' }).first().click()
  const saved = await saving
  assert.equal(saved.suggestedFilename(), `${id}.rejects.csv`)
  const rejects = readFileSync(await saved.path(), 'utf8').trim().split(/\r?\n/)
  assert.equal(rejects[0], 'line,field,reason,Nummer,Datum,Sterne,Kommentar,Version,Bereich')
  assert.deepEqual(rejects.slice(1).map((line) => line.split(',')[0]), ['5', '6', '7'])
  // Undone, the same is imported by the command that the page wrote: with the same counts.
  const list = page.getByRole('list', { name: 'Imports' }).getByRole('listitem').filter({ hasText: file.name }).first()
  await list.getByText('7 rows read, 4 stored, 3 rejected').waitFor(LATER)
  await list.getByRole('button', { name: `Undo ${file.name}` }).click()
  await list.getByRole('button', { name: `Undo ${file.name}` }).click()
  await list.getByText('4 removed', { exact: false }).waitFor(LATER)
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)
  assert.deepEqual(words.slice(0, 4), ['ballroom', 'import', 'feedback', file.name])
  commanded(file.path, words.slice(4))
  const again = await ask('{ imports(first: 1) { nodes { fileName rowsRead rowsAccepted rowsRejected } } }')
  assert.deepEqual(again.imports.nodes[0], { fileName: file.name, rowsRead: 7, rowsAccepted: 4, rowsRejected: 3 })
  // And once more by the page: all of it is known.
  await drops(page, file)
  await origin(page, 'Product').selectOption({ label: 'Atelier' })
  await origin(page, 'Time').selectOption({ label: 'Datum' })
  await origin(page, 'Scale').selectOption({ value: 'text:csat' })
  await page.getByText('4 known already').waitFor(LATER)
  assert.equal(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled(), true, 'there is nothing to do')
})

story('what a file says is shown as text, and a column can be read as another field or not at all', async (page) => {
  const file = reviews()
  await drops(page, file)
  await says(page)
  assert.equal(await page.locator('main img').count(), 0)
  const first = page.getByRole('table', { name: 'First rows' })
  assert.deepEqual(await first.locator('td[dir=auto]').filter({ hasText: 'onerror' }).allTextContents(), ['<img src=x onerror=alert(1)> ‮evil'])
  await origin(page, 'Comment').selectOption({ label: 'Not in the file' })
  await first.getByRole('columnheader', { name: 'Comment' }).waitFor({ state: 'detached' })
  await page.getByText('Not read:').getByText('Kommentar').waitFor()
  await page.getByRole('button', { name: /more fields?$/ }).click()
  await origin(page, 'Channel').selectOption({ label: 'Kommentar' })
  await first.getByRole('columnheader', { name: 'Channel' }).waitFor()
  await origin(page, 'Customer').selectOption({ label: 'This text:' })
  const text = page.getByRole('textbox', { name: 'Customer of all rows' })
  await text.fill('acme')
  await text.blur()
  await first.getByRole('columnheader', { name: 'Customer' }).waitFor()
  assert.equal(await first.locator('tbody tr').first().getByText('acme').count(), 1)
})

story('what cannot be read is said in place, and can be mended', async (page) => {
  await page.goto(`${PAGE}/settings?section=imports`)
  await settled(page)
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'things.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') })
  await page.getByRole('alert').getByText('Cannot tell what the rows', { exact: false }).waitFor(LATER)
  await page.getByRole('combobox', { name: 'Each row is one of' }).selectOption('releases')
  await page.getByText('Say first where Version comes from.').waitFor(LATER)
  assert.equal(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled(), true)
  await origin(page, 'Version').selectOption({ label: 'a' })
  await page.getByRole('button', { name: 'Import 1 of 1 row' }).waitFor(LATER)
  await page.getByRole('button', { name: 'Another file' }).click()
  await page.getByText('Drop a file here').waitFor()
})

story('the keyboard alone imports a file', async (page) => {
  const file = reviews()
  await page.goto(`${PAGE}/settings?section=imports`)
  await settled(page)
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a file' }).focus()
  await page.keyboard.press('Enter')
  await (await choosing).setFiles(file.path)
  await page.getByRole('heading', { name: 'What its columns are' }).waitFor(LATER)
  for (const [field, letters] of [['Product', 'Ate'], ['Time', 'Dat'], ['Scale', 'csat']]) {
    await origin(page, field).focus()
    if (field === 'Scale') await origin(page, field).selectOption({ value: 'text:csat' })
    else await page.keyboard.type(letters)
  }
  await page.getByRole('button', { name: 'Import 4 of 7 rows' }).waitFor(LATER)
  await looked(page).focus()
  await page.keyboard.press('Enter')
  await page.getByText('7 rows read, 4 stored.').waitFor(LATER)
  // Where the focus was is gone; it stands at what came of it.
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /is (being )?imported$/)
})

for (const scheme of ['light', 'dark']) {
  it(`axe finds nothing while a file is looked at, nor after it (${scheme})`, async () => {
    const { context, page } = await signedIn(browser, { scheme })
    const found = async () => {
      await page.waitForTimeout(400)
      return (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
    }
    const file = reviews()
    await drops(page, file)
    assert.deepEqual(await found(), [])
    await says(page)
    await page.getByText('How it is read').click()
    assert.deepEqual(await found(), [])
    await looked(page).click()
    await page.getByText('7 rows read, 4 stored.').waitFor(LATER)
    assert.deepEqual(await found(), [])
    await context.close()
  })
}

it('who may not import is offered nothing, and product management is', async () => {
  const { secret } = await does('createToken', { name: `support ${Date.now()}`, role: 'SUPPORT' })
  const support = await signedIn(browser, { token: secret })
  await support.page.goto(`${PAGE}/settings?section=imports`)
  await support.page.getByText('You may not change settings').waitFor()
  assert.equal(await support.page.getByText('Drop a file here').count(), 0)
  const refused = await support.page.evaluate(async () => (await fetch('/imports?kind=feedback', { method: 'POST', body: 'a' })).status)
  assert.equal(refused, 403)
  await support.context.close()
  const other = await does('createToken', { name: `product ${Date.now()}`, role: 'PRODUCT' })
  const product = await signedIn(browser, { token: other.secret })
  await product.page.goto(`${PAGE}/settings?section=imports`)
  await product.page.getByText('Drop a file here').waitFor()
  await product.context.close()
})

it('an empty database is led to its first import, which needs no more than the file', async () => {
  const api = async (query, variables) => (await fetch(`${EMPTY}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${EMPTY_TOKEN}`, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })).json()
  await api('mutation { createProduct(input: { key: "shop", name: "Shop" }) { product { id } } }')
  const { context, page } = await signedIn(browser, { server: EMPTY, token: EMPTY_TOKEN })
  await page.goto(EMPTY)
  await settled(page)
  // The first steps, or an explorer without responses where another test took them.
  await page.getByRole('link', { name: 'Import a file' }).click()
  await page.getByText('Drop a file here').waitFor()
  const rows = ['occurred_at,rating,scale,comment,feature', ...Array.from({ length: 30 }, (_, index) => `2026-11-${String(1 + (index % 20)).padStart(2, '0')},${1 + (index % 5)},csat,row ${index},checkout`)].join('\n')
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'first.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  // There is but one product.
  await page.getByRole('checkbox', { name: 'features' }).check(LATER)
  await page.getByRole('button', { name: 'Import 30 of 30 rows' }).click(LATER)
  await page.getByText('30 rows read, 30 stored.').waitFor(LATER)
  const { data } = await api('{ product(product: "shop") { feedback { totalCount } features { nodes { key } } } }')
  assert.equal(data.product.feedback.totalCount, 30)
  assert.ok(data.product.features.nodes.some(({ key }) => key === 'checkout'))
  await context.close()
})
