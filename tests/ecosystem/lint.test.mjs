// graphql-eslint over the schema that the server prints.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ESLint } from 'eslint'

import config, { exceptions } from './eslint.config.mjs'
import { report } from './server.mjs'

test('the schema keeps the rules', async () => {
  const [{ messages }] = await new ESLint({ cwd: import.meta.dirname }).lintFiles(config[0].files)
  const isException = (found) => exceptions.some(({ rule, message }) => rule === found.ruleId && message === found.message)
  const findings = messages.filter((found) => !isException(found))
  assert.equal(findings.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`).join('\n'), '')

  const gone = exceptions.filter(({ rule, message }) => !messages.some((found) => rule === found.ruleId && message === found.message))
  assert.deepEqual(gone, [], 'these exceptions are needed no more')

  const rules = Object.values(config[0].rules).filter((rule) => rule !== 'off').length
  const off = Object.values(config[0].rules).length - rules
  await report(`graphql-eslint: ${rules} rules kept, ${off} off and ${exceptions.length} findings excepted with reasons`)
})
