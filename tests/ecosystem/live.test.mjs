// Subscriptions by the clients that front ends use: graphql-ws over WebSocket, graphql-sse over HTTP.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient as createSseClient } from 'graphql-sse'
import { CloseCode, createClient as createSocketClient } from 'graphql-ws'
import WebSocket from 'ws'

import { Server, report, until } from './server.mjs'

const RECEIVED = `subscription($product: Reference) {
  feedbackReceived(product: $product) { id comment product { key } } }`

/** How often a client looks for a server that is gone, and how long it waits in between. */
const RETRIES = 100
const RETRY_MS = 100

test('graphql-ws', async (t) => {
  const server = await Server.start(t)
  await server.product('shop', 'search')
  await server.product('other')

  await t.test('a subscription receives each event once and in order', async (t) => {
    const listener = listen(t, socket(t, server))
    await listener.isThere(server)
    await server.submits({ product: 'other', comment: 'elsewhere' })
    const sent = await submitsMany(server, 'socket')
    await listener.has(sent)
  })

  await t.test('queries and mutations run over the same socket', async (t) => {
    const client = socket(t, server)
    const { value: asked } = await client.iterate({ query: '{ product(product: "shop") { key } }' }).next()
    assert.deepEqual(asked, { data: { product: { key: 'shop' } } })
    const query = `mutation { submitFeedback(input: { product: "shop", scale: "csat", rating: 5 }) {
      feedback { rating } userErrors { message } } }`
    const { value: done } = await client.iterate({ query }).next()
    assert.deepEqual(done, { data: { submitFeedback: { feedback: { rating: 5 }, userErrors: [] } } })
  })

  await t.test('an operation that is not valid is answered by errors, and the socket stays', async (t) => {
    const client = socket(t, server, { lazy: false })
    await assert.rejects(client.iterate({ query: 'subscription { nothing }' }).next(), (errors) => {
      assert.ok(Array.isArray(errors) && errors.length > 0, JSON.stringify(errors))
      return errors.every(({ message }) => typeof message === 'string')
    })
    const { value } = await client.iterate({ query: '{ __typename }' }).next()
    assert.equal(value.data.__typename, 'Query')
    assert.equal(client.seen.connections, 1)
  })

  await t.test('a killed server is found again, and the subscription goes on', async (t) => {
    const client = socket(t, server)
    const listener = listen(t, client)
    await listener.isThere(server)
    await server.kill()
    await server.serve()
    await until('a second connection', () => client.seen.connections === 2)
    await listener.isThere(server)
    await listener.has(await submitsMany(server, 'restarted'))
  })

  for (const [who, connectionParams] of [
    ['a wrong token', { Authorization: 'Bearer ballroom_wrong' }],
    ['no token', {}],
  ]) {
    await t.test(`${who} is refused by 4403, as often as it is tried`, async (t) => {
      // The client takes 4403 for something that may pass and tries again; the answer must stay the same.
      const client = socket(t, server, { connectionParams, retryAttempts: 2 })
      await assert.rejects(client.iterate({ query: '{ __typename }' }).next(), { code: CloseCode.Forbidden })
      assert.deepEqual(client.seen.closed, [4403, 4403, 4403])
      assert.equal(client.seen.connections, 0)
    })
  }
  await report('graphql-ws: events, reconnection, queries and mutations, 4403')
})

test('graphql-sse', async (t) => {
  const server = await Server.start(t)
  await server.product('shop', 'search')
  await server.product('other')

  await t.test('a subscription receives each event once and in order', async (t) => {
    const listener = listen(t, events(t, server))
    await listener.isThere(server)
    await server.submits({ product: 'other', comment: 'elsewhere' })
    await listener.has(await submitsMany(server, 'stream'))
  })

  await t.test('two subscriptions are two connections, and one ends without the other', async (t) => {
    const client = events(t, server)
    const [first, second] = [listen(t, client), listen(t, client)]
    await first.isThere(server)
    await second.isThere(server)
    await first.stop()
    const seen = first.comments().length
    await second.has(await submitsMany(server, 'two'))
    assert.equal(first.comments().length, seen)
  })

  await t.test('a query is answered and completed', async (t) => {
    const all = []
    for await (const answer of events(t, server).iterate({ query: '{ product(product: "shop") { key } }' })) all.push(answer)
    assert.deepEqual(all, [{ data: { product: { key: 'shop' } } }])
  })

  await t.test('a killed server is found again, and the subscription goes on', async (t) => {
    const listener = listen(t, events(t, server))
    await listener.isThere(server)
    await server.kill()
    await server.serve()
    await listener.isThere(server)
    await listener.has(await submitsMany(server, 'restarted'))
  })

  await t.test('a wrong token is refused before a stream begins', async (t) => {
    const client = events(t, server, { headers: { authorization: 'Bearer ballroom_wrong' }, retryAttempts: 0 })
    await assert.rejects(client.iterate({ query: RECEIVED }).next(), ({ response }) => response.status === 401)
  })
  await report('graphql-sse: events, distinct connections, reconnection, 401')
})

/** A graphql-ws client that counts its connections and keeps the codes by which sockets were closed. */
function socket(t, server, options = {}) {
  const seen = { connections: 0, closed: [] }
  const client = createSocketClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: server.headers.authorization },
    retryAttempts: RETRIES,
    retryWait: pause,
    // A port where nobody listens is an error event, not a close event; the usual test would give up on it.
    shouldRetry: () => true,
    on: {
      connected: () => seen.connections++,
      closed: ({ code }) => seen.closed.push(code),
    },
    ...options,
  })
  t.after(() => client.dispose())
  return Object.assign(client, { seen })
}

/** A graphql-sse client in distinct connections mode. */
function events(t, server, options = {}) {
  const client = createSseClient({
    url: server.url,
    singleConnection: false,
    headers: server.headers,
    retryAttempts: RETRIES,
    retry: pause,
    ...options,
  })
  t.after(() => client.dispose())
  return client
}

/** Listens to the answers about the shop. */
function listen(t, client) {
  const heard = []
  const stream = client.iterate({ query: RECEIVED, variables: { product: 'shop' } })
  const failed = (async () => {
    for await (const { data, errors } of stream) {
      assert.equal(errors, undefined)
      assert.equal(data.feedbackReceived.product.key, 'shop')
      heard.push(data.feedbackReceived.comment)
    }
  })().catch((error) => heard.push(error))
  const listener = {
    comments: () => heard,
    /** Submits answers until one is heard: nothing else tells a client that its subscription has begun. */
    async isThere(server) {
      const probe = `is anybody there? ${Math.random()}`
      let last = 0
      await until('the first event', async () => {
        if (heard.some((comment) => comment instanceof Error)) throw heard.find((comment) => comment instanceof Error)
        if (heard.includes(probe)) return true
        if (Date.now() - last > 500) {
          last = Date.now()
          await server.submits({ product: 'shop', comment: probe })
        }
        return false
      })
    },
    /** Waits for the last of some answers, and expects each of them once and in order. */
    async has(comments) {
      await until('the last event', () => heard.includes(comments.at(-1)))
      assert.deepEqual(heard.filter((comment) => !String(comment).startsWith('is anybody')), comments)
    },
    async stop() {
      await stream.return()
      await failed
    },
  }
  t.after(() => listener.stop())
  return listener
}

async function submitsMany(server, about) {
  const comments = Array.from({ length: 20 }, (_, n) => `${about} ${n}`)
  for (const comment of comments) await server.submits({ product: 'shop', feature: 'search', comment })
  return comments
}

const pause = () => new Promise((resolve) => setTimeout(resolve, RETRY_MS))
