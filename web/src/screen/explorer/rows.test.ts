import { describe, expect, it } from 'vitest'
import { wordsOf } from '~/format/vocabulary'
import type { Report } from './query'
import { ordered, rowsOf } from './rows'
import { summaryOf } from './summary'

const value = (score: number, ranked = true) => ({
  score, lower: score - 1, upper: score + 1, standardDeviation: 0.6, base: 60, historyContribution: 0, feedbackContribution: score - 60, incidentContribution: 0,
  responses: 100, customerDays: 900, exposureDays: 90, ranked, ownWeight: 0.9, incidentBasis: 'EXPOSURE' as const,
})
const entry = (key: string, rank: number | null, score: number, ranked = true) => ({
  rank, feature: { id: key, key, name: key, team: null }, value: value(score, ranked),
})
const report = (now: ReturnType<typeof entry>[], before: ReturnType<typeof entry>[]): Report => ({
  id: 'product', key: 'shop', releases: { nodes: [] },
  now: { asOf: '2026-01-01', complete: true, responses: 1, entries: now },
  before: { responses: 1, entries: before },
})

describe('the ranking', () => {
  const rows = rowsOf(report([entry('a', 1, 70), entry('b', 2, 60), entry('c', null, 90, false)], [entry('a', 1, 70.5), entry('b', 2, 68)]))

  it('keeps the order of the API', () => {
    expect(ordered(rows, 'rank').map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })

  it('compares only what both periods can rank', () => {
    expect(rows.map(({ change }) => change?.clear ?? null)).toEqual([false, true, null])
    expect(rows[1]?.exposed).toBe(10)
  })

  it('puts the greatest fall first when it is ordered by change', () => {
    expect(ordered(rows, 'change')[0]?.key).toBe('b')
  })

  it('says in a sentence what changed', () => {
    expect(summaryOf(rows, wordsOf('AGILE'))).toBe('b fell by 8 points.')
    expect(summaryOf(rowsOf(report([entry('a', 1, 70)], [entry('a', 1, 70)])), wordsOf('ITIL'))).toBe('No service function changed clearly against the previous period.')
  })
})
