import { describe, expect, it } from 'vitest'
import { scoreOfEvidence } from './evidence'
import { csvOf, fileName } from './export'
import { partsThatAddUp } from './parts'
import { dayTicks, linear, niceDomain, ticks } from './scale'
import { brushed, flags, nearest } from './time-model'

describe('scales', () => {
  it('has round ticks inside the domain', () => {
    expect(ticks([41.2, 78], 5)).toEqual([50, 60, 70])
    expect(ticks([-0.25, 0.25], 5)).toEqual([-0.2, -0.1, 0, 0.1, 0.2])
  })

  it('covers all values within the limits of the scale', () => {
    const [low, high] = niceDomain([3, 99], { floor: 0, ceiling: 100 })
    expect(low).toBe(0)
    expect(high).toBe(100)
    expect(niceDomain([])).toEqual([0, 1])
  })

  it('inverts', () => {
    const scale = linear([0, 10], [100, 0])
    expect(scale.invert(scale(3))).toBeCloseTo(3)
  })

  it('labels months on long axes, and days on short ones', () => {
    expect(dayTicks('2026-01-10', '2026-12-01', 800).map(({ label }) => label)).toContain('Jun')
    expect(dayTicks('2026-11-01', '2026-11-15', 800)[0]?.label).toBe('1 Nov')
    expect(dayTicks('2020-01-01', '2026-01-01', 300).length).toBeLessThan(8)
  })
})

describe('the explanation of a score', () => {
  it('shows parts that add up to the shown total', () => {
    const parts = partsThatAddUp([62.39, 9.065, -1.464, -0.042], 69.949)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(69.9)
    expect(parts[0]).toBeCloseTo(62.4)
  })
})

describe('the time axis', () => {
  it('gives flags room, and leaves out those that have none', () => {
    const releases = ['1.0', '1.1', '1.2'].map((version) => ({ version, day: '2026-01-01' }))
    const placed = flags(releases, () => 100, [0, 500])
    expect(placed.map(({ row }) => row)).toEqual([0, 1])
  })

  it('zooms to whole days inside what is shown, and not on a click', () => {
    const shown = { from: '2026-01-01', until: '2026-03-01' }
    expect(brushed('2026-02-10', '2026-01-20', shown)).toEqual({ from: '2026-01-20', until: '2026-02-11' })
    expect(brushed('2026-01-20', '2026-01-21', shown)).toBeNull()
  })

  it('finds the nearest point, but not one from another season', () => {
    const points = [{ day: '2026-01-01' }, { day: '2026-01-08' }]
    expect(nearest(points, '2026-01-06')).toBe(points[1])
    expect(nearest(points, '2026-06-01')).toBeNull()
  })
})

it('reads evidence as a probability that starts at one in ten', () => {
  expect(scoreOfEvidence(0)).toBeCloseTo(10)
  expect(scoreOfEvidence(64)).toBeCloseTo(100)
})

describe('files', () => {
  it('quotes what a spreadsheet would take apart, and defuses what it would run', () => {
    expect(csvOf([['a,b', 'say "hi"', null, 1.5], ['=SUM(A1)', -3]])).toBe('"a,b","say ""hi""",,1.5\r\n\'=SUM(A1),-3\r\n')
  })

  it('names files after what they hold', () => {
    expect(fileName('Export über time, 5.3')).toBe('export-über-time-5.3')
  })
})
