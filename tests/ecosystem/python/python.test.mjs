// ariadne-codegen: the Python client that it generated runs a query, a mutation and a subscription.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { Server, report } from '../server.mjs'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

test('the generated client queries, mutates and subscribes', async (t) => {
  const server = await Server.start(t)
  await server.product('shop')
  const env = {
    ...process.env,
    PYTHONPATH: at('generated/python'),
    URL: server.url,
    SOCKET_URL: server.socketUrl,
    TOKEN: server.token,
  }
  const { stdout } = await promisify(execFile)(at('.venv/bin/python'), [at('python/story.py')], { env })
  assert.deepEqual(JSON.parse(stdout), { latest: 'finds everything', heard: 'heard' })
  await report('ariadne-codegen: the client passes mypy strictly; query, mutation and subscription run')
})
