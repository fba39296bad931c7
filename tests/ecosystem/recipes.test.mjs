// The recipes of docs/graphql.md: every block is taken from the document and run as it stands, from the first to the last,
// in one terminal (and a second one for what listens); what is printed is what the document shows.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import { chromium } from 'playwright-core'

import { Listener, Shell, beginsAsShown, isShown, sections } from './recipes.mjs'
import { Server, report, until } from './server.mjs'

const clone = resolve(import.meta.dirname, '../..')
const path = join(clone, 'docs/graphql.md')
const markdown = await readFile(path, 'utf8')
const directory = join(import.meta.dirname, 'generated/recipes')

const RECIPES = 10

test('the table of codes is that of the schema', async () => {
  const schema = buildSchema(await readFile(join(import.meta.dirname, 'generated/schema.graphql'), 'utf8'))
  const codes = schema.getType('ErrorCode').getValues().map(({ name }) => name)
  const rows = [...markdown.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
  assert.deepEqual(rows.toSorted(), codes.toSorted())
})

test('what the document points to is there', async () => {
  const headings = (text) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchor(title))
  for (const [, target] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
    const [file, heading] = target.split('#')
    const other = join(dirname(path), file)
    if (file) await access(other)
    if (!heading) continue
    const text = file ? await readFile(other, 'utf8') : markdown
    assert.ok(headings(text).includes(heading), `there is no heading ${target}`)
  }
})

test('what is shown is compared', () => {
  assert.ok(isShown('feedback_01a2 search\n', 'feedback_… search\n'))
  assert.ok(!isShown('feedback_01a2 other\n', 'feedback_… search\n'))
  assert.ok(!isShown('feedback_01a2 search\nand more\n', 'feedback_… search\n'))
  assert.ok(!isShown('a b', 'a…'), '… is not everything')
})

test('the recipes', async (t) => {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const world = await World.begin(t)

  const all = sections(markdown)
  const numbered = all.filter(({ title }) => /^\d+\. /.test(title))
  assert.deepEqual(numbered.map(({ title }) => parseInt(title)), Array.from({ length: RECIPES }, (_, n) => n + 1))
  for (const { steps } of numbered) assert.ok(steps.some(({ prints }) => prints.length > 0))

  for (const { title, steps } of all.filter(({ steps }) => steps.length > 0)) {
    // A recipe rests on those before it: the first that fails ends the trial.
    let failed
    await t.test(title, async (t) => {
      try {
        await world.takes(t, steps)
      } catch (error) {
        failed = error
        throw error
      }
    })
    if (failed) return
  }
  await t.test('OVERLOADED is as recipe 8 says, and was met there', () => isOverloaded(world))
  const steps = all.flatMap(({ steps }) => steps)
  await report(`docs/graphql.md: ${RECIPES} recipes, ${steps.length} blocks run as they stand`)
})

/** A server, a terminal, and what the document asks its reader to do by hand. */
class World {
  static async begin(t) {
    const world = new World()
    world.pages = await files(t, join(directory, 'public'))
    world.elsewhere = await files(t, join(directory, 'public'))
    process.env.BALLROOM_CORS_ORIGIN = world.pages
    // So few heavy operations at a time that recipe 8 meets OVERLOADED, and so learns whether it waits as it should.
    process.env.BALLROOM_HEAVY_OPERATIONS = '1'
    process.env.BALLROOM_HEAVY_QUEUE = '1'
    world.server = await Server.start(t)
    world.env = {
      ...process.env,
      BALLROOM_URL: world.server.url,
      BALLROOM_TOKEN: world.server.token,
      BALLROOM_CLONE: clone,
      // Settings of npm on this machine are none of the recipe's business.
      npm_config_loglevel: 'error',
    }
    world.shell = new Shell(t, directory, world.env)
    return world
  }

  /** Takes the steps of a recipe, on a server that runs any document. */
  async takes(t, steps) {
    if (process.env.BALLROOM_TRUSTED_DOCUMENTS) await this.restarts()
    for (let n = 0; n < steps.length; n++) {
      const step = steps[n]
      if (step.kind === 'file') await writeFile(join(directory, step.name), step.text)
      else if (step.kind === 'listen') await this.#listens(t, step, steps[++n])
      else await this.#runs(step)
    }
  }

  /** Starts the server again on the same data; with trusted documents it runs no others. */
  async restarts(trusted) {
    if (trusted) process.env.BALLROOM_TRUSTED_DOCUMENTS = trusted
    else delete process.env.BALLROOM_TRUSTED_DOCUMENTS
    await this.server.kill()
    await this.server.serve()
  }

  async #runs(step) {
    const byHand = BY_HAND.find(({ after }) => step.text.includes(after))
    const printed = await this.shell.run(step.text)
    compare(printed, byHand ? '' : (step.prints[0] ?? ''), step)
    if (byHand) await byHand.does(this, step.prints)
    else assert.ok(step.prints.length <= 1, `line ${step.at}: two outputs of one step`)
  }

  /** What listens hears what the next step says; that is said again until it is heard, for nothing tells the start. */
  async #listens(t, step, says) {
    const listener = new Listener(t, directory, this.env, step.text)
    await this.#isHeard(listener, step, says, step.prints[0])
    if (step.text.includes('subscribe.mjs')) {
      await this.restarts()
      await until('the client to connect again', () => listener.text.includes('reconnected\n'))
      listener.text = listener.text.split('reconnected\n')[1]
      await this.#isHeard(listener, step, says, step.prints[0].split('\n').slice(1).join('\n'))
    }
    await listener.end()
  }

  async #isHeard(listener, step, says, shown) {
    let last = 0
    const heard = () => beginsAsShown(listener.text, shown)
    await until(`what line ${step.at} listens to`, async () => {
      if (!heard() && Date.now() - last > 1_000) {
        await this.#runs(says)
        last = Date.now()
      }
      return heard()
    }).catch((error) => {
      compare(listener.text, shown, step)
      throw error
    })
  }
}

/** What the reader does by hand, after the block that prepares it. */
const BY_HAND = [
  { after: 'public/index.html', does: opensThePage },
  { after: '> trusted.json', does: trustsDocuments },
]

/** Opens the page in a real browser, from the origin that may ask and from another one. */
async function opensThePage({ server, pages, elsewhere }, [thanks, refusal]) {
  const browser = await chromium.launch({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    assert.equal(await sends(browser, pages), thanks.trim())
    assert.equal(await sends(browser, elsewhere), refusal.trim())
  } finally {
    await browser.close()
  }
  const query = `{ product(product: "shop") { feedback(first: 2) { nodes { rating comment source feature { key } } } } }`
  const { nodes } = (await server.asks(query)).product.feedback
  assert.deepEqual(nodes[0], { rating: 4, comment: 'finds everything', source: 'web shop', feature: { key: 'search' } })
  assert.notEqual(nodes[1].comment, 'finds everything', 'sent twice, it is one answer')
}

/** Fills in the form and presses Send twice before anything is answered; gives what the page says. */
async function sends(browser, origin) {
  const page = await browser.newPage()
  await page.goto(origin)
  await page.getByLabel('What should we know?').fill('finds everything')
  const answers = []
  page.on('requestfinished', (request) => request.method() === 'POST' && answers.push(request))
  page.on('requestfailed', (request) => answers.push(request))
  await page.getByRole('button', { name: 'Send' }).evaluate((button) => {
    button.click()
    button.click()
  })
  await until('both requests to end', () => answers.length >= 2)
  const status = page.getByRole('status')
  await until('the page to say something', async () => (await status.textContent()) !== '')
  return status.textContent()
}

/** Starts the server again on the same data with the documents that it may run. */
async function trustsDocuments(world) {
  await world.restarts(join(directory, 'trusted.json'))
}

/** So many reports as recipe 8 asks for, without patience: most are refused, each with how long to wait. */
async function isOverloaded({ server }) {
  const body = await readFile(join(directory, 'body.json'), 'utf8')
  const headers = { ...server.headers, 'content-type': 'application/json' }
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(server.url, { method: 'POST', headers, body })))
  const refused = answers.filter(({ status }) => status !== 200)
  assert.ok(refused.length > 0)
  for (const answer of refused) {
    assert.equal(answer.status, 503)
    assert.match(answer.headers.get('retry-after'), /^\d+$/)
    assert.equal((await answer.json()).errors[0].extensions.code, 'OVERLOADED')
  }
}

/** Serves a folder's page from an origin of its own. */
async function files(t, folder) {
  const server = createServer(async (request, response) => {
    const page = request.url === '/' ? await readFile(join(folder, 'index.html')) : undefined
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html' }).end(page)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${server.address().port}`
}

function compare(printed, shown, { at }) {
  if (!isShown(printed, shown)) assert.equal(printed, shown, `line ${at} of docs/graphql.md prints something else`)
}

/** The anchor that a heading gets. */
function anchor(title) {
  return title.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')
}
