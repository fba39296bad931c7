import { expect, it } from 'vitest'
import { weeksOf } from './adoption-weeks'

it('reads the weeks of a report by the names of the columns', () => {
  const tables = [
    { name: 'verdicts', columns: ['share'], rows: [['0.9']] },
    { name: 'adoption', columns: ['responses', 'week_from', 'share'], rows: [['120', '2026-10-10', '0.5'], ['0', '2026-10-17', null]] },
  ]
  expect(weeksOf(tables)).toEqual([{ from: '2026-10-10', share: 0.5, responses: 120 }, { from: '2026-10-17', share: null, responses: 0 }])
})

it('knows no weeks of a report without adoption', () => {
  expect(weeksOf([{ name: 'verdicts', columns: ['share'], rows: [] }])).toEqual([])
})
