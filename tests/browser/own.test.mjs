// What a customer sees, and what everybody sees without a connection.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { ask, AxeBuilder, open, PAGE, settled, signedIn } from './browser.mjs'
import { announce, at, cast, does } from './people.mjs'

let browser
before(async () => {
  browser = await open()
  await cast()
})
after(() => browser?.close())

const LOOKS = { light: {}, 'dark phone': { width: 360, height: 740, scheme: 'dark' } }

for (const [look, options] of Object.entries(LOOKS)) {
  it(`a customer sees what concerns them and nothing else, and says what they think (${look})`, async () => {
    const customer = look === 'light' ? 'customer-0344' : 'customer-0346'
    const { secret } = await does('createToken', { name: `${customer} ${Date.now()}`, role: 'CUSTOMER', customer })
    const other = `Not for you ${Date.now()}`
    const [title, notice] = [`My board is empty ${Date.now()}`, `Notice ${Date.now()}`]
    await does('openIncident', { product: 'atelier', title, severity: 2, customers: [customer], features: ['canvas'] })
    await does('openIncident', { product: 'atelier', title: other, severity: 2, customers: ['customer-0001'], features: ['canvas'] })
    await announce({ kind: 'MAINTENANCE', title: notice, planned: { from: at(2, 9), until: at(2, 10) }, audiences: ['SUPPORT', 'CUSTOMER'], changes: 'Slow for an hour.', talkingPoints: 'A secret of support.' })
    const { context, page, complaints } = await signedIn(browser, { ...options, token: secret })
    for (const path of ['/', '/p/atelier/value', '/settings']) {
      await page.goto(PAGE + path)
      await settled(page)
      await page.getByRole('heading', { level: 1, name: 'My feedback' }).waitFor()
    }
    await page.getByText(title).waitFor()
    await page.getByText(notice).waitFor()
    const text = await page.locator('main').textContent()
    assert.ok(!text.includes(other) && !text.includes('A secret of support.'), text)
    const { customer: { feedback } } = await ask('query ($key: Reference!) { customer(customer: $key) { feedback(first: 1) { totalCount } } }', { key: customer })
    await page.getByText(`${feedback.totalCount} responses`).waitFor()

    const comment = `From myself ${Date.now()}`
    await page.getByLabel('About').selectOption({ label: 'Canvas' })
    await page.getByRole('radio').last().check()
    await page.getByLabel('In your words').fill(comment)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Thank you.').waitFor()
    await page.getByRole('region', { name: 'What you said' }).getByText(comment).waitFor()
    const stored = await ask('query ($key: Reference!) { customer(customer: $key) { feedback(first: 1) { nodes { comment feature { key } rating scale { max } } } } }', { key: customer })
    const [node] = stored.customer.feedback.nodes
    assert.deepEqual([node.comment, node.feature.key, node.rating], [comment, 'canvas', node.scale.max])
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations.map(({ id }) => id), [])
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0)
    assert.deepEqual(complaints, [])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel(/Access token/).waitFor()
    await context.close()
  })
}

it('what cannot be loaded without a connection says so inside the frame, and loads when it is back', async () => {
  const { context, page } = await signedIn(browser)
  await page.goto(`${PAGE}/p/atelier/value`)
  await settled(page)
  await page.getByText('Live', { exact: true }).last().waitFor()
  await context.setOffline(true)
  await page.getByRole('alert').filter({ hasText: 'connection is lost' }).waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Calendar' }).click()
  await page.getByRole('heading', { level: 1, name: 'This page could not be loaded' }).waitFor()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await context.setOffline(false)
  await page.getByRole('heading', { level: 1, name: 'Calendar' }).waitFor({ timeout: 30_000 })
  await context.close()
})

it('what may not be seen says so, and is not called an error', async () => {
  const { secret } = await does('createToken', { name: `reports ${Date.now()}`, role: 'BUSINESS', scope: 'REPORTS' })
  const { context, page } = await signedIn(browser, { token: secret })
  await page.goto(`${PAGE}/p/atelier/incidents`)
  await page.getByRole('heading', { level: 1, name: 'You may not see this' }).waitFor()
  await page.getByText('Permission denied: the token may not read feedback, incidents and customers', { exact: false }).waitFor()
  await page.getByText('FORBIDDEN').waitFor()
  await context.close()
})
