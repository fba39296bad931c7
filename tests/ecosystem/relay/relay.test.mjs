// Relay: pagination containers of react-relay page through answers in both directions while answers come in.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Suspense, act, createElement } from 'react'
import { RelayEnvironmentProvider, useLazyLoadQuery, usePaginationFragment } from 'react-relay'
import { create } from 'react-test-renderer'
import { Environment, Network, RecordSource, Store } from 'relay-runtime'

import { Server, report } from '../server.mjs'

globalThis.IS_REACT_ACT_ENVIRONMENT = true

const require = createRequire(import.meta.url)
const artifact = (name) => require(`../generated/relay/${name}.graphql.js`)

/** A page and a number of answers that do not divide each other, so that the last page is not full. */
const PAGE = 7
const ANSWERS = 40

/** The moment of the first answer; each comes an hour after the one before it. */
const FIRST = Date.parse('2026-01-01T00:00:00Z')
const HOUR = 3_600_000

/** The connections: of a product answers stand as they were received, of a feature as they occurred. */
const CONNECTIONS = [
  { of: 'product', query: artifact('AnswersOfProductQuery'), fragment: artifact('Answers_product') },
  { of: 'feature', query: artifact('AnswersOfFeatureQuery'), fragment: artifact('Answers_feature') },
]

test('pagination containers', async (t) => {
  const server = await Server.start(t)
  for (const { of, query, fragment } of CONNECTIONS) {
    for (const [direction, back] of [['next', 'previous'], ['previous', 'next']]) {
      await t.test(`the ${direction} pages of a ${of}'s answers hold each once while answers come in`, async (t) => {
        const key = `${of}-${direction}`
        const id = await prepare(server, of, key)
        const view = await show(t, server, { query, fragment, id, direction })
        const originals = new Set(await everything(server, of, id))
        assert.equal(view.ids().length, PAGE)

        const missed = new Set()
        while (view.has(direction)) {
          await comeIn(server, of, key, view, missed)
          await view.load(direction)
        }
        assert.deepEqual(new Set(view.ids().filter((answer) => originals.has(answer))), originals)
        assertOnce(view.ids())

        // What came in beyond the first page is there for the one who pages back.
        do await view.load(back)
        while (view.has(back))
        const expected = (await everything(server, of, id)).filter((answer) => !missed.has(answer))
        assert.deepEqual(view.ids(), expected)
        assert.ok(expected.length > ANSWERS, 'answers came in that the pages hold')
      })
    }
  }
  await report('relay-compiler took the documents; its containers paged both ways without loss or doubling')
})

/** A product with one feature and its answers; gives the id of the one that is paged. */
async function prepare(server, of, key) {
  const product = await server.product(key, 'search')
  for (let n = 0; n < ANSWERS; n++) await answer(server, key, FIRST + n * HOUR)
  if (of === 'product') return product
  return (await server.asks('query($key: Reference!) { feature(feature: "search", product: $key) { id } }', { key })).feature.id
}

/**
 * Lets three answers come in: a new one, one that is older than all and one from the midst of what is shown. Of a
 * feature the last stands among what was read already, where no page will look again.
 */
async function comeIn(server, of, key, view, missed) {
  const moments = view.moments()
  const amidst = (moments.at(0) + moments.at(-1)) / 2 + 1
  view.count += 1
  await answer(server, key, FIRST + (ANSWERS + view.count) * HOUR)
  await answer(server, key, FIRST - view.count * HOUR)
  const third = await answer(server, key, amidst)
  if (of === 'feature') missed.add(third)
}

/** Submits an answer of a moment; gives its id. */
function answer(server, product, moment) {
  return server.submits({ product, feature: 'search', occurredAt: new Date(moment).toISOString() })
}

/** The ids of all answers, as one page holds them. */
async function everything(server, of, id) {
  const type = of === 'product' ? 'Product' : 'Feature'
  const query = `query($id: ID!) { node(id: $id) { ... on ${type} { feedback(first: 200) {
    nodes { id } pageInfo { hasNextPage } } } } }`
  const { nodes, pageInfo } = (await server.asks(query, { id })).node.feedback
  assert.equal(pageInfo.hasNextPage, false)
  return nodes.map((node) => node.id)
}

/** Renders a pagination container on its first page. */
async function show(t, server, { query, fragment, id, direction }) {
  const environment = new Environment({ network: Network.create(network(server)), store: new Store(new RecordSource()) })
  let container
  function Answers({ answers }) {
    container = usePaginationFragment(fragment, answers)
    return null
  }
  function Screen() {
    const { node } = useLazyLoadQuery(query, { id, [direction === 'next' ? 'first' : 'last']: PAGE })
    return createElement(Answers, { answers: node.answers })
  }
  const screen = createElement(Suspense, { fallback: null }, createElement(Screen))
  const root = await act(() => create(createElement(RelayEnvironmentProvider, { environment }, screen)))
  t.after(() => act(() => root.unmount()))
  while (!container) await act(() => new Promise((resolve) => setTimeout(resolve, 20)))

  const nodes = () => container.data.feedback.edges.map(({ node }) => node)
  return {
    count: 0,
    ids: () => nodes().map((node) => node.id),
    moments: () => nodes().map((node) => Date.parse(node.occurredAt)),
    has: (which) => (which === 'next' ? container.hasNext : container.hasPrevious),
    load: (which) => act(() => new Promise((resolve, reject) => {
      const load = which === 'next' ? container.loadNext : container.loadPrevious
      load(PAGE, { onComplete: (error) => (error ? reject(error) : resolve()) })
    })),
  }
}

/** How Relay asks the server. */
function network(server) {
  return async ({ text }, variables) => {
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: {
        ...server.headers,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
      },
      body: JSON.stringify({ query: text, variables }),
    })
    return answer.json()
  }
}

function assertOnce(ids) {
  assert.equal(new Set(ids).size, ids.length, 'an answer is shown twice')
}
