import { describe, expect, it } from 'vitest'
import { compareSearch } from '~/screen/compare/search'
import { explorerSearch } from '~/screen/explorer/search'
import { featureSearch } from '~/screen/feature/search'
import { incidentsSearch } from '~/screen/incidents/search'
import { periodOf } from './period'
import { parseSearch, stringifySearch } from './search'

describe('the address', () => {
  it('keeps versions as they are written', () => {
    expect(parseSearch('?release=5.10&segment=free')).toEqual({ release: '5.10', segment: 'free' })
    expect(stringifySearch({ release: '5.10', segment: undefined, team: '' })).toBe('?release=5.10')
  })

  it('comes back from a reload as it was', () => {
    const search = { from: '2026-03-01', until: '2026-04-01', release: '5.3 (beta)', team: 'R&D' }
    expect(explorerSearch(parseSearch(stringifySearch(search)))).toMatchObject(search)
  })

  it('ignores what does not belong there', () => {
    expect(explorerSearch({ order: 'nonsense', days: '17' })).toMatchObject({ order: undefined, days: undefined })
    expect(explorerSearch({ from: '2026-13-01', until: '2026-04-01' }).from).toBeUndefined()
    expect(explorerSearch({ from: '2026-05-01', until: '2026-04-01' }).from).toBeUndefined()
    expect(featureSearch({ zoomFrom: 'yesterday', earlier: 'maybe' })).toMatchObject({ zoomFrom: undefined, earlier: undefined })
    expect(incidentsSearch({ severity: '9', state: 'open' })).toMatchObject({ severity: undefined, state: undefined })
    expect(compareSearch({ kind: 'moods' }).kind).toBeUndefined()
  })

  it('means so many days up to and with today', () => {
    expect(periodOf({ days: '30' }, '2026-11-27')).toEqual({ from: '2026-10-29', until: '2026-11-28' })
    expect(periodOf({}, '2026-11-27')).toEqual({ from: '2026-08-30', until: '2026-11-28' })
  })
})
