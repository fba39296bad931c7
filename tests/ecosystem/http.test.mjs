// GraphQL over HTTP: every audit of graphql-http, not only those that the specification demands.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql'
import { serverAudits } from 'graphql-http'

import { Server, report } from './server.mjs'

/** How many audits each level has in graphql-http 1.23.1: fewer would mean that some were not run. */
const AUDITS = { MUST: 13, SHOULD: 23, MAY: 25 }

test('every audit passes: MUST, SHOULD and MAY', async (t) => {
  const server = await Server.start(t)
  // The server answers nobody without a token, and the audits send none.
  const fetchFn = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...server.headers } })
  const results = []
  for (const audit of serverAudits({ url: server.url, fetchFn })) results.push(await audit.fn())

  const failed = results.filter(({ status }) => status !== 'ok')
  for (const level of Object.keys(AUDITS)) {
    const of = (all) => all.filter(({ name }) => name.startsWith(`${level} `)).length
    await report(`${level.padEnd(6)} ${of(results) - of(failed)} of ${AUDITS[level]} audits pass`)
    assert.equal(of(results), AUDITS[level])
  }
  assert.deepEqual(failed.map(({ id, name, reason }) => `${id} ${name}: ${reason}`), [])
})

test('the query by which tools ask for the schema is answered to administrators, by the schema that is printed', async (t) => {
  const server = await Server.start(t)
  const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, directiveIsRepeatable: true })
  const asked = buildClientSchema(await server.asks(query))
  const printed = buildSchema(await server.command('schema'))
  const text = (schema) => printSchema(lexicographicSortSchema(schema))
  assert.equal(text(asked), text(printed))

  server.token = await server.createToken('support', 'read')
  assert.equal((await server.asks('{ __typename }')).__typename, 'Query')
  await assert.rejects(server.asks(query), /administrators/i, 'a reader is not told the schema')
  await report('introspection gives the printed schema to administrators, and nothing to readers')
})
