import { describe, expect, it } from 'vitest'
import { multiple, percent, plural, plusMinus, probability, range, score, shortCount, signed, times } from './number'

describe('numbers with their uncertainty', () => {
  it('shows tenths only where the interval is narrow enough to know them', () => {
    expect(score(69.95, { lower: 68.4, upper: 71.5 })).toBe('70.0')
    expect(score(69.95, { lower: 60, upper: 80 })).toBe('70')
    expect(plusMinus({ lower: 68.4, upper: 71.6 })).toBe('±1.6')
    expect(plusMinus({ lower: 60, upper: 80 })).toBe('±10')
  })

  it('writes a true minus, and no sign before a zero that was rounded', () => {
    expect(signed(-17.24, 1)).toBe('−17.2')
    expect(signed(4.2)).toBe('+4')
    expect(signed(-0.04, 1)).toBe('0.0')
    expect(range({ lower: -21.5, upper: -12.97 })).toBe('−21.5 to −13.0')
  })

  it('never claims certainty that it has not', () => {
    expect(probability(0.99999)).toBe('> 99.9%')
    expect(probability(0.0000001)).toBe('< 0.1%')
    expect(probability(0.62)).toBe('62%')
    expect(percent(0.001)).toBe('< 1%')
    expect(percent(0)).toBe('0%')
  })

  it('says multiples as people do', () => {
    expect(multiple(3.05)).toBe('tripled')
    expect(multiple(2)).toBe('doubled')
    expect(multiple(3.64)).toBe('are 3.6 times as many')
    expect(multiple(0.4)).toBe('fell to 40% of what they were')
    expect(times(12.3)).toBe('× 12')
  })

  it('groups and counts', () => {
    expect(shortCount(9999)).toBe('9,999')
    expect(shortCount(12_540)).toBe('12.5K')
    expect(plural(1, 'response')).toBe('1 response')
    expect(plural(1200, 'response')).toBe('1,200 responses')
  })
})
