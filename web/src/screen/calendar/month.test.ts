import { expect, it } from 'vitest'
import { daysIn, daysOf, moved, weeksOf } from './month'

it('shows whole weeks from Monday on', () => {
  expect(daysOf('2026-11')).toEqual({ from: '2026-10-26', until: '2026-12-07' })
  expect(daysOf('2027-02')).toEqual({ from: '2027-02-01', until: '2027-03-01' })
  expect(moved('2026-12', 1)).toBe('2027-01')
  expect(moved('2026-01', -1)).toBe('2025-12')
})

it('ends on the day before what ends at midnight, in the zone of the product', () => {
  expect(daysIn({ from: '2026-11-02T08:00:00Z', until: '2026-11-03T00:00:00Z' }, 'UTC')).toEqual({ first: '2026-11-02', last: '2026-11-02' })
  expect(daysIn({ from: '2026-11-02T23:30:00Z', until: '2026-11-02T23:30:00Z' }, 'Europe/Berlin')).toEqual({ first: '2026-11-03', last: '2026-11-03' })
})

it('places what overlaps in lanes, and what is longer than a week in each of its weeks', () => {
  const days = { from: '2026-11-02', until: '2026-11-16' }
  const freeze = { name: 'freeze', first: '2026-11-05', last: '2026-11-11' }
  const release = { name: 'release', first: '2026-11-06', last: '2026-11-06' }
  const weeks = weeksOf(days, [release, freeze])
  const placed = weeks.map(({ entries }) => entries.map(({ entry, column, columns, lane }) => [entry.name, column, columns, lane]))
  expect(placed).toEqual([[['release', 4, 1, 1], ['freeze', 3, 4, 0]], [['freeze', 0, 3, 0]]])
  expect(weeks[0]?.entries[1]?.continues).toBe(true)
  expect(weeks[1]?.entries[0]?.continued).toBe(true)
})
