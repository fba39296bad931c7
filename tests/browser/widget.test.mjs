// The widget on pages of other sites: what it sends, when, and what it does where it may not.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { arrives, ask, AxeBuilder, open, PAGE, SITES } from './browser.mjs'

/** What a careful site allows: the widget and the API, no inline scripts and styles, and no text that becomes markup. */
const POLICY = `default-src 'none'; script-src ${PAGE}; connect-src ${PAGE}; img-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`

let browser
let shop
let other
let stranger
let token

/** A site at this address (or any), whose pages have this in their body. */
async function site(body, address = 'http://127.0.0.1:0') {
  const server = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY })
    response.end(`<!doctype html><html lang="en"><head><title>Shop</title></head><body><main><h1>Shop</h1>${body()}</main></body></html>`)
  })
  await new Promise((done) => server.listen(Number(new URL(address).port), '127.0.0.1', done))
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

let body = ''
const attributes = (all) => Object.entries(all).map(([name, value]) => ` ${name}="${value}"`).join('')
const script = (data) => `<script async src="${PAGE}/widget.js"${attributes(Object.fromEntries(Object.entries(data).map(([name, value]) => [`data-${name}`, value])))}></script>`

before(async () => {
  browser = await open()
  shop = await site(() => body, SITES[0])
  other = await site(() => body, SITES[1])
  stranger = await site(() => body)
  const input = { name: `widget ${Date.now()}`, role: 'SUPPORT', scope: 'PUBLISHABLE', product: 'atelier', origins: [shop.origin] }
  const { createToken } = await ask('mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret userErrors { message } } }', { input })
  assert.deepEqual(createToken.userErrors, [])
  token = createToken.secret
})
after(() => {
  shop?.close()
  other?.close()
  stranger?.close()
  return browser?.close()
})

/** A page of a site with something in its body, and what it has sent to the API so far. */
async function visit(content, { origin = shop.origin, ...options } = {}) {
  body = content
  const arrived = await arrives(browser, options)
  const sent = []
  arrived.page.on('request', (request) => { if (request.url().endsWith('/graphql') && request.method() === 'POST') sent.push(request.postDataJSON().variables.input) })
  await arrived.page.goto(origin)
  return { ...arrived, sent }
}

const stored = async (comment) => {
  const { product } = await ask('{ product(product: "atelier") { feedback(first: 50, filter: { hasComment: true }) { nodes { comment rating channel scale { key } feature { key } } } } }')
  return product.feedback.nodes.filter((one) => one.comment === comment)
}

/** Until the API has a response with this comment; gives all that have it. */
async function arrival(comment) {
  for (let left = 50; left > 0; left -= 1) {
    const found = await stored(comment)
    if (found.length > 0) return found
    await new Promise((done) => setTimeout(done, 100))
  }
  return []
}

const SCALES = {
  thumbs: { choice: 'No', rating: 0 },
  stars: { choice: '4 of 5 stars', rating: 4 },
  csat: { choice: '1, very dissatisfied', rating: 1 },
  nps: { choice: '10, very likely', rating: 10 },
  ces: { choice: '7, very easy', rating: 7 },
}

for (const [scale, { choice, rating }] of Object.entries(SCALES)) {
  it(`submits a rating on the scale ${scale} from a page with a strict policy`, async () => {
    const { context, page, complaints, sent } = await visit(
      `${script({})}<ballroom-feedback${attributes({ token, endpoint: `${PAGE}/graphql`, product: 'atelier', feature: 'search', 'feature-name': 'Search', scale })}></ballroom-feedback>`)
    const comment = `${scale} ${Date.now()} <b>&amp;</b>`
    await page.getByRole('radio', { name: choice, exact: true }).check()
    await page.getByRole('textbox', { name: /What should we know/ }).fill(comment)
    assert.deepEqual(sent, [], 'nothing is sent before "Send"')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('status').filter({ hasText: 'Thank you.' }).waitFor()
    const [response, ...more] = await arrival(comment)
    assert.deepEqual({ ...response, more: more.length }, { comment, rating, channel: 'widget', scale: { key: scale }, feature: { key: 'search' }, more: 0 })
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

it('sends the rating alone where nobody comments', async () => {
  const { context, page, sent } = await visit(script({ token, product: 'atelier' }))
  await page.getByRole('radio', { name: '3', exact: true }).check()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.waitForFunction(() => !document.querySelector('ballroom-feedback'))
  assert.equal(sent.length, 1)
  assert.deepEqual({ rating: sent[0].rating, comment: sent[0].comment }, { rating: 3, comment: undefined })
  await context.close()
})

it('sends nothing before it is used, and stores nothing about who did not answer', async () => {
  const { context, page, sent } = await visit(script({ token, product: 'atelier' }))
  await page.getByRole('dialog', { name: /How satisfied/ }).waitFor()
  await page.getByRole('radio', { name: '3', exact: true }).focus()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.waitForTimeout(300)
  assert.deepEqual(sent, [])
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['ballroom.asked.atelier.'])
  assert.equal(await page.evaluate(() => document.cookie), '')
  await context.close()
})

/** Rates with a comment; gives what became of the request: its answer, or null where the browser held it back. */
async function answers(page, comment) {
  await page.getByRole('radio', { name: '3', exact: true }).check()
  await page.getByRole('textbox').fill(comment)
  const ours = (request) => request.url() === `${PAGE}/graphql` && request.method() === 'POST'
  const answered = page.waitForResponse((response) => ours(response.request())).then((response) => response.json().catch(() => null)).catch(() => null)
  const refused = page.waitForEvent('requestfailed', ours).then(() => null, () => null)
  await page.getByRole('button', { name: 'Send' }).click()
  return Promise.race([answered, refused])
}

it('is refused from an origin that the token does not name', async () => {
  const { context, page } = await visit(script({ token, product: 'atelier' }), { origin: other.origin })
  const comment = `other ${Date.now()}`
  const answer = await answers(page, comment)
  assert.equal(answer.errors[0].extensions.code, 'FORBIDDEN')
  await page.waitForFunction(() => !localStorage['ballroom.queue'], null, { timeout: 5000 })
  assert.deepEqual(await stored(comment), [])
  await context.close()
})

it('is not let through by the browser from an origin that the server does not name', async () => {
  const { context, page, complaints } = await visit(script({ token, product: 'atelier' }), { origin: stranger.origin })
  const comment = `stranger ${Date.now()}`
  assert.equal(await answers(page, comment), null)
  assert.deepEqual(await stored(comment), [])
  assert.ok(complaints.some((text) => /CORS/.test(text)), complaints.join())
  await context.close()
})

it('asks after an event, and once in the period', async () => {
  const { context, page } = await visit(script({ token, product: 'atelier', feature: 'export', 'feature-name': 'Export', when: 'event:exported', every: '30' }))
  const question = page.getByRole('dialog', { name: 'How satisfied are you with Export?' })
  await page.waitForFunction(() => window.Ballroom)
  assert.equal(await question.count(), 0)
  await page.evaluate(() => window.dispatchEvent(new Event('exported')))
  await question.waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.evaluate(() => window.dispatchEvent(new Event('exported')))
  await page.waitForTimeout(200)
  assert.equal(await question.count(), 0)
  await page.reload()
  await page.waitForFunction(() => window.Ballroom)
  await page.evaluate(() => window.dispatchEvent(new Event('exported')))
  await page.waitForTimeout(200)
  assert.equal(await question.count(), 0, 'nor after a reload')
  // Another customer on the same browser has a period of their own.
  assert.ok(await page.evaluate((options) => Boolean(window.Ballroom.ask(options)), { token, product: 'atelier', feature: 'export', respondent: 'u-2' }))
  await context.close()
})

it('asks only a sample', async () => {
  const { context, page } = await visit(script({}))
  await page.waitForFunction(() => window.Ballroom)
  const asked = await page.evaluate((token) => {
    let count = 0
    for (let visitor = 0; visitor < 400; visitor += 1) {
      const element = window.Ballroom.ask({ token, product: 'atelier', respondent: `r${visitor}`, sample: '0.25' })
      if (element) count += 1
      element?.remove()
    }
    return count
  }, token)
  // 100 are expected; outside of these bounds lies less than one in a million.
  assert.ok(asked > 55 && asked < 150, `${asked} of 400`)
  await context.close()
})

it('keeps what is answered without a connection, and sends it once', async () => {
  const { context, page, sent } = await visit(script({ token, product: 'atelier' }))
  const comment = `offline ${Date.now()}`
  await page.getByRole('radio', { name: '2', exact: true }).check()
  await page.getByRole('textbox').fill(comment)
  await context.setOffline(true)
  // Awaited from before the click on: the widget in the corner leaves a few seconds after it has thanked.
  const thanked = page.getByRole('status').filter({ hasText: 'Thank you.' }).waitFor()
  await page.getByRole('button', { name: 'Send' }).click()
  await thanked
  await page.waitForTimeout(300)
  assert.deepEqual(await stored(comment), [])
  assert.equal(await page.evaluate(() => JSON.parse(localStorage['ballroom.queue']).length), 1)
  await context.setOffline(false)
  assert.equal((await arrival(comment)).length, 1)
  await page.reload()
  await page.waitForFunction(() => window.Ballroom && !localStorage['ballroom.queue'])
  await page.waitForTimeout(500)
  assert.equal((await stored(comment)).length, 1)
  assert.equal(new Set(sent.map(({ externalId }) => externalId)).size, 1)
  await context.close()
})

it('sends a chosen rating when the page is left', async () => {
  const { context, page } = await visit(script({ token, product: 'atelier' }))
  const comment = `leaving ${Date.now()}`
  await page.getByRole('radio', { name: '5, very satisfied' }).check()
  await page.getByRole('textbox').fill(comment)
  await page.goto('about:blank')
  assert.equal((await arrival(comment)).length, 1)
  await context.close()
})

it('is answered by keyboard alone, and says what screen readers need', async () => {
  const { context, page, complaints } = await visit(script({ token, product: 'atelier', feature: 'search', 'feature-name': 'Search' }))
  await page.getByRole('status').filter({ hasText: 'How satisfied are you with Search?' }).waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(violations.map(({ id }) => id), [])
  const comment = `keys ${Date.now()}`
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Tab')
  await page.keyboard.type(comment)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('status').filter({ hasText: 'Thank you.' }).waitFor()
  const [response] = await arrival(comment)
  assert.equal(response.rating, 2)
  assert.deepEqual(complaints, [])
  await context.close()
})

it('weighs less than 12 kB, and depends on nothing', async (test) => {
  const response = await fetch(`${PAGE}/widget.js`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const weight = gzipSync(bytes, { level: 9 }).length
  test.diagnostic(`the widget: ${weight} bytes by gzip`)
  assert.ok(weight < 12_000, `${weight} bytes`)
  assert.ok(!/\bimport\s*\(|\brequire\s*\(/.test(bytes.toString()), 'nothing is loaded by it')
})
