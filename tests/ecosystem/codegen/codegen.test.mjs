// graphql-codegen: the client that it generated and tsc compiled runs a query, a mutation and a subscription.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { latest, next, submit } from '../generated/client/codegen/story.js'
import { Server, report, until } from '../server.mjs'

test('the generated client queries, mutates and subscribes', async (t) => {
  const server = await Server.start(t)
  await server.product('shop')

  const id = await submit(server, 'shop', 5, 'finds everything')
  const [answer, ...others] = await latest(server, 'shop')
  assert.deepEqual(others, [])
  assert.deepEqual({ ...answer, occurredAt: typeof answer.occurredAt }, {
    id, rating: 5, comment: 'finds everything', occurredAt: 'string',
  })
  await assert.rejects(submit(server, 'shop', 99, 'beyond the scale'), /rating|1 to 5|between/)

  let heard
  const hears = next(server, 'shop').then((comment) => (heard = comment))
  await until('an event', async () => {
    if (heard === undefined) await submit(server, 'shop', 3, 'heard')
    return heard !== undefined
  })
  assert.equal(await hears, 'heard')
  await report('graphql-codegen: the client compiles strictly; query, mutation and subscription run')
})
