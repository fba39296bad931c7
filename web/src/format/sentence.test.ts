import { describe, expect, it } from 'vitest'
import { story, subjectOf, textOf, type FeatureFinding } from './sentence'

const nothing: FeatureFinding = {
  feature: { name: 'Search' }, verdict: 'NO_EVIDENCE', reason: null, responses: 300, missing: null, changePoint: null, since: null,
  change: { estimate: 0.4, lower: -3, upper: 4 }, rateRatio: null,
}
const worse: FeatureFinding = {
  ...nothing, feature: { name: 'Export' }, verdict: 'REGRESSED',
  change: { estimate: -17.2, lower: -21.5, upper: -13 }, rateRatio: { estimate: 3, lower: 1.1, upper: 12 }, changePoint: { found: true, day: '2026-10-16' },
}
const told = (...findings: FeatureFinding[]) => story('5.3', findings).map(textOf)

describe('what a release did, in words', () => {
  it('says first what got worse, by how much, and since when', () => {
    expect(told(nothing, worse)[0]).toBe('5.3 made things worse for Export: ratings fell by 17 ± 4 points, incidents tripled; likely since 16 Oct 2026.')
  })

  it('sums up the rest in one sentence', () => {
    expect(told(worse, nothing, { ...nothing, verdict: 'CANNOT_TELL' })[1]).toBe('No sign of a change for 1 more; too few responses about 1.')
  })

  it('is silent about incidents whose ratio may be 1', () => {
    expect(told({ ...worse, rateRatio: { estimate: 3, lower: 0.8, upper: 12 } })[0]).not.toContain('incidents')
  })

  it('says why a suspicion is not proven', () => {
    expect(told({ ...worse, verdict: 'WATCH', reason: 'SHARED_SHIFT' })[0]).toContain('It is not proven, because features that the release does not change moved as well.')
  })

  it('does not blame the release that came after the fall', () => {
    expect(told({ ...worse, verdict: 'SINCE', since: { day: '2026-05-25', version: '5.1' } })[0]).toBe('Export is worse than before, but not because of 5.3: it fell with 5.1 on 25 May 2026.')
  })

  it('speaks of the product as a whole where nothing is clear', () => {
    const whole = { ...nothing, feature: null }
    expect(told(nothing, whole)[0]).toBe('No sign of a change for the product as a whole with 5.3: ratings moved by +0.4 points (−3.0 to +4.0).')
    expect(subjectOf([nothing, whole])).toBe(whole)
  })

  it('calls too few responses too few', () => {
    expect(told({ ...nothing, verdict: 'CANNOT_TELL', change: null })).toEqual(['Too early to tell what 5.3 did: there are too few responses.'])
    expect(told({ ...nothing, verdict: 'NO_BASELINE', change: null })).toEqual(['There is no baseline: too few comparable responses from before 5.3.'])
  })
})
