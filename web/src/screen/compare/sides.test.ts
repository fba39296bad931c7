import { expect, it } from 'vitest'
import { sidesOf } from './sides'

const choices = { releases: [{ version: '5.3' }, { version: '5.2' }], segments: [{ key: 'team', name: 'Team' }, { key: 'free', name: 'Free' }] }

it('compares the newest two where the address says nothing', () => {
  const { left, right } = sidesOf({}, '2026-11-27', choices)
  expect([left.release, right.release]).toEqual(['5.2', '5.3'])
})

it('compares a period with the one before', () => {
  const { left, right } = sidesOf({ kind: 'periods', days: '30' }, '2026-11-27', choices)
  expect(left.period.until).toBe(right.period.from)
})

it('takes segments by key', () => {
  expect(sidesOf({ kind: 'segments', left: 'free', right: 'team' }, '2026-11-27', choices).left.label).toBe('Free')
})
