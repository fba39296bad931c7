import { expect, it } from 'vitest'
import { difference } from './change'

it('is clear only beyond the uncertainty of both values', () => {
  expect(difference({ score: 55, standardDeviation: 0.7 }, { score: 62, standardDeviation: 0.8 })).toMatchObject({ estimate: -7, clear: true })
  expect(difference({ score: 60, standardDeviation: 3 }, { score: 62, standardDeviation: 3 }).clear).toBe(false)
})
