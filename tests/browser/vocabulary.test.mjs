// The words of each reader: those of the API's glossary, on all screens.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, it } from 'node:test'
import { ask, open, PAGE, settled, signedIn, TOKEN } from './browser.mjs'
import { cast, does, member } from './people.mjs'

let browser
before(async () => {
  browser = await open()
  await cast()
})
after(() => browser?.close())

/** The table of the dashboard: `WORDS.AGILE.feature` is "feature". */
function wordsOfTheDashboard() {
  const source = readFileSync(new URL('../../web/src/format/vocabulary.ts', import.meta.url), 'utf8')
  const found = {}
  for (const [, vocabulary, entries] of source.matchAll(/^  (AGILE|ITIL|PLAIN): \{\n(.*?)^  \},/gms))
    found[vocabulary] = Object.fromEntries([...entries.matchAll(/(\w+): '([^']*)'/g)].map(([, key, word]) => [key, word]))
  return found
}

const CONCEPTS = {
  PRODUCT: 'product', FEATURE: 'feature', RELEASE: 'release', ITERATION: 'iteration', CUSTOMER: 'customer', INCIDENT: 'incident', FEEDBACK: 'response',
  ANNOUNCEMENT: 'announcement', KNOWN_ERROR: 'knownError', ARTICLE: 'article', SEGMENT: 'segment', TEAM: 'team', VALUE: 'value',
}

it('the words are those of the glossary of the API', async () => {
  const words = wordsOfTheDashboard()
  const differ = []
  for (const vocabulary of ['AGILE', 'ITIL', 'PLAIN']) {
    const { glossary } = await ask('query ($vocabulary: Vocabulary) { glossary(vocabulary: $vocabulary) { terms { concept term plural } } }', { vocabulary })
    for (const { concept, term, plural } of glossary.terms) {
      const key = CONCEPTS[concept]
      if (!key) continue
      const same = words[vocabulary][key] === term && (words[vocabulary][`${key}s`] ?? plural) === plural
      if (!same) differ.push(`${vocabulary} ${concept}`)
    }
  }
  assert.deepEqual(differ, [])
})

async function go(page, path) {
  await page.goto(PAGE + path)
  await settled(page)
}

it('a reader begins with the words of the role', async () => {
  for (const [role, heading] of [['DEVELOPMENT', 'Known bugs of Atelier'], ['OPERATIONS', 'Known errors of Atelier'], ['BUSINESS', 'Known problems of Atelier']]) {
    const { secret } = await does('createToken', { name: `words ${role} ${Date.now()}`, role })
    const { context, page, complaints } = await signedIn(browser, { token: secret })
    await go(page, '/p/atelier/known-errors')
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), heading)
    assert.deepEqual(complaints, [])
    await context.close()
  }
})

it('a member keeps the chosen words on every device, by the API', async () => {
  const vera = await member(`Vera ${Date.now()}`, 'SUPPORT')
  const first = await signedIn(browser, { token: vera.token })
  await go(first.page, '/p/atelier/releases/5.3')
  await first.page.getByRole('combobox', { name: 'Vocabulary' }).selectOption('Plain')
  await first.page.getByRole('heading', { level: 1, name: 'Version 5.3' }).waitFor()
  await first.page.getByRole('link', { name: 'Known problems' }).waitFor()
  await first.page.waitForTimeout(500)
  assert.equal((await ask('{ viewer { vocabulary } }', {}, vera.token)).viewer.vocabulary, 'PLAIN')
  await first.context.close()
  const second = await signedIn(browser, { token: vera.token })
  await go(second.page, '/p/atelier/releases/5.3')
  await second.page.getByRole('heading', { level: 1, name: 'Version 5.3' }).waitFor()
  assert.deepEqual(second.complaints, [])
  await second.context.close()
})

/** Nouns of other vocabularies, which no label may have. Names that users gave are left out, as are sentences that the API writes. */
const FOREIGN = /\b(releases?|incidents?|iterations?|sprints?|known (bugs?|errors?)|announcements?|articles?|segments?)\b/i

it('in plain words no screen has words of other trades', async () => {
  const { context, page } = await signedIn(browser, { token: TOKEN })
  await page.addInitScript(() => localStorage.setItem('ballroom.vocabulary', 'PLAIN'))
  const { incidents, knownErrors, customers } = await ask('{ incidents(first: 1) { nodes { id title } } knownErrors(first: 1, filter: { text: "lack fonts" }) { nodes { id } } customers(first: 1) { nodes { key } } }')
  const paths = [
    '/p/atelier/value', '/p/atelier/features/export', '/p/atelier/compare', '/p/atelier/releases', '/p/atelier/releases/5.3', '/p/atelier/incidents', '/p/atelier/incidents?entry=yes', `/p/atelier/incidents/${incidents.nodes[0].id}`,
    '/p/atelier/known-errors', '/p/atelier/known-errors?entry=yes', `/p/atelier/known-errors/${knownErrors.nodes[0].id}`, '/p/atelier/iterations', '/overview', '/customers', `/customers/${customers.nodes[0].key}`, '/inbox', '/inbox?entry=yes', '/reports', '/settings?section=segments', '/settings?section=teams',
  ]
  const found = []
  for (const path of paths) {
    await go(page, path)
    const texts = await page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const all = []
      while (walker.nextNode()) {
        // Texts of users, and sentences and names that come from the API.
        if (!walker.currentNode.parentElement.closest('script, style, blockquote, pre, [dir="auto"], tbody a, tbody td span, li a, option, small')) all.push(walker.currentNode.textContent)
      }
      return all
    })
    // The sentences of a gate are written by the API.
    found.push(...texts.filter((text) => FOREIGN.test(text) && !/since this release|Sprint \d/.test(text)).map((text) => `${path}: ${text}`))
  }
  assert.deepEqual([...new Set(found)], [])
  await context.close()
})
