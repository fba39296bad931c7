// Apollo Client: automatic persisted queries, and a cache that knows objects by their ids.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { print } from 'graphql'

import { Server, report } from './server.mjs'

const sha256 = (text) => createHash('sha256').update(text).digest('hex')

test('automatic persisted queries', async (t) => {
  const server = await Server.start(t)
  await server.product('shop')

  await t.test('POST: the document is sent once, then its hash stands for it', async () => {
    const query = gql`query ByPost($product: Reference!) { product(product: $product) { id key } }`
    const { client, requests } = persisted(server)
    for (let n = 0; n < 2; n++) {
      assert.equal((await ask(client, query, { product: 'shop' })).product.key, 'shop')
    }
    assert.deepEqual(requests.map(({ method, document, hash }) => [method, document, hash]), [
      ['POST', false, true],
      ['POST', true, true],
      ['POST', false, true],
    ])
    assert.deepEqual(requests[0].errors, ['PersistedQueryNotFound'])
    assert.equal(requests[0].codes[0], 'PERSISTED_QUERY_NOT_FOUND')
  })

  await t.test('GET: the hash and the variables are in the address, and another client may use it', async () => {
    const query = gql`query ByGet($product: Reference!) { product(product: $product) { id key } }`
    const { client, requests } = persisted(server, { useGETForHashedQueries: true })
    assert.equal((await ask(client, query, { product: 'shop' })).product.key, 'shop')
    assert.deepEqual(requests.map(({ method, document }) => [method, document]), [['GET', false], ['POST', true]])

    const other = persisted(server, { useGETForHashedQueries: true })
    assert.equal((await ask(other.client, query, { product: 'shop' })).product.key, 'shop')
    assert.deepEqual(other.requests.map(({ method, document }) => [method, document]), [['GET', false]])
    assert.match(other.requests[0].url, /[?&]extensions=.*sha256Hash/)
  })

  await t.test('a mutation goes by POST, with its hash too', async () => {
    const mutation = gql`mutation Say($input: SubmitFeedbackInput!) {
      submitFeedback(input: $input) { feedback { id } userErrors { code } } }`
    const { client, requests } = persisted(server, { useGETForHashedQueries: true })
    const input = { product: 'shop', scale: 'csat', rating: 5 }
    const { data } = await client.mutate({ mutation, variables: { input } })
    assert.ok(data.submitFeedback.feedback.id)
    assert.deepEqual(requests.map(({ method }) => method), ['POST', 'POST'])
  })

  await t.test('a document under a hash that is not its own is refused and not kept', async () => {
    const document = '{ products(first: 1) { nodes { key } } }'
    const hash = sha256(`${document} `)
    const refused = await post(server, { query: document, extensions: extensions(hash) })
    assert.ok(refused.errors.length > 0 && !refused.data, JSON.stringify(refused))
    const asked = await post(server, { extensions: extensions(hash) })
    assert.deepEqual(asked.errors.map(({ message }) => message), ['PersistedQueryNotFound'])
  })
  await report('Apollo Client: persisted queries by POST and GET')
})

test('the cache knows objects by their ids', async (t) => {
  const server = await Server.start(t)
  await server.product('shop')
  const id = await server.submits({ product: 'shop', rating: 2, comment: 'hangs' })
  const { client, requests } = persisted(server)
  const query = gql`query Answers {
    product(product: "shop") { id feedback(first: 5) { edges { node { id rating comment product { id key } } } } } }`
  const shown = () => client.readQuery({ query }).product.feedback.edges.map(({ node }) => node.rating)
  await ask(client, query)
  assert.deepEqual(shown(), [2])

  const cached = client.cache.extract()
  assert.equal(cached[`Feedback:${id}`].comment, 'hangs')
  assert.deepEqual(Object.keys(cached).filter((key) => key.startsWith('Product:')).length, 1)

  const mutation = gql`mutation Correct($input: CorrectFeedbackInput!) {
    correctFeedback(input: $input) { feedback { id rating } userErrors { message } } }`
  await client.mutate({ mutation, variables: { input: { feedback: id, rating: 5 } } })
  const before = requests.length
  assert.deepEqual(shown(), [5])
  assert.equal(requests.length, before, 'the corrected answer came from the cache')
  await report('Apollo Client: the cache follows a mutation by id')
})

/** A client that sends hashes instead of documents, and what it sent. */
function persisted(server, options = {}) {
  const requests = []
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new PersistedQueryLink({ generateHash: (document) => sha256(print(document)), ...options }),
      new HttpLink({ uri: server.url, headers: server.headers, fetch: recording(requests) }),
    ]),
  })
  return { client, requests }
}

function recording(requests) {
  return async (url, init) => {
    const response = await fetch(url, init)
    const { errors = [] } = await response.clone().json()
    const asked = init.method === 'GET' ? Object.fromEntries(new URL(url).searchParams) : JSON.parse(init.body)
    requests.push({
      url: String(url),
      method: init.method,
      document: asked.query !== undefined,
      hash: JSON.stringify(asked.extensions ?? '').includes('sha256Hash'),
      errors: errors.map(({ message }) => message),
      codes: errors.map((error) => error.extensions?.code),
    })
    return response
  }
}

/** Asks the server, not the cache. */
async function ask(client, query, variables) {
  return (await client.query({ query, variables, fetchPolicy: 'network-only' })).data
}

async function post(server, body) {
  const headers = { ...server.headers, 'content-type': 'application/json' }
  return (await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

const extensions = (sha256Hash) => ({ persistedQuery: { version: 1, sha256Hash } })
