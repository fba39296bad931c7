import { expect, it } from 'vitest'
import { lanesOf } from './lanes'

it('puts what overlaps into different lanes, and takes no more than that', () => {
  expect(lanesOf([{ from: 0, until: 2 }, { from: 1, until: 3 }, { from: 2, until: 4 }])).toEqual([0, 1, 0])
  expect(lanesOf([{ from: 5, until: 6 }, { from: 0, until: 9 }])).toEqual([1, 0])
  expect(lanesOf([])).toEqual([])
})
