// A change of the schema that breaks clients must be deliberate: it is found by comparing the schema with the one that
// was committed before, and must be named in api/breaking-changes.md.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql'

const ROOT = new URL('../..', import.meta.url).pathname
const FILE = 'api/schema.graphql'
const now = readFileSync(`${ROOT}/${FILE}`, 'utf8')
const deliberate = readFileSync(`${ROOT}/api/breaking-changes.md`, 'utf8')

const git = (...args) => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })

/** The schema as it was committed before this one; none in a clone without history. */
function before() {
  const commits = git('log', '-n', '2', '--format=%H', '--', FILE).split('\n').filter(Boolean)
  const versions = commits.map((commit) => git('show', `${commit}:${FILE}`))
  return versions.find((version) => version !== now)
}

const named = (change) => deliberate.includes(`- ${change.description}`)

test('what breaks clients is deliberate', (t) => {
  const earlier = before()
  if (earlier === undefined) return t.diagnostic('there is no earlier schema in the history of this clone')
  const [was, is] = [buildSchema(earlier), buildSchema(now)]
  for (const change of findDangerousChanges(was, is)) t.diagnostic(`dangerous: ${change.description}`)
  const unnamed = findBreakingChanges(was, is).filter((change) => !named(change))
  assert.deepEqual(
    unnamed.map((change) => `- ${change.description}`),
    [],
    'deprecate instead, or name each of these lines in api/breaking-changes.md with the reason',
  )
})

test('a change that breaks clients is found', () => {
  const [line] = now.match(/\t"""\n[^"]*"""\n\trating: Float\n/) ?? []
  assert.ok(line)
  const changes = findBreakingChanges(buildSchema(now), buildSchema(now.replace(line, '')))
  assert.ok(changes.length > 0, 'a field that is taken away breaks clients')
})
