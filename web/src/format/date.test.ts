import { describe, expect, it } from 'vitest'
import { away, before, duration, fieldOf, momentOf, periodText, spanText, today } from './date'

describe('days', () => {
  it('shows a half-open period as its first and last day', () => {
    expect(periodText({ from: '2026-03-01', until: '2026-04-01' })).toBe('1 Mar – 31 Mar 2026')
    expect(periodText({ from: '2025-12-24', until: '2026-01-07' })).toBe('24 Dec 2025 – 6 Jan 2026')
    expect(periodText({ from: '2026-09-01', until: '2026-09-02' })).toBe('1 Sep 2026')
  })

  it('finds the period before, of the same length', () => {
    expect(before({ from: '2026-03-01', until: '2026-03-31' })).toEqual({ from: '2026-01-30', until: '2026-03-01' })
  })

  it('knows the day of the product, not of the reader', () => {
    const late = new Date('2026-03-31T22:30:00Z')
    expect(today('Europe/Berlin', late)).toBe('2026-04-01')
    expect(today('America/New_York', late)).toBe('2026-03-31')
  })

  it('says how long in two units', () => {
    expect(duration('2026-03-01T10:00:00Z', '2026-03-01T10:40:00Z')).toBe('40 min')
    expect(duration('2026-03-01T10:00:00Z', '2026-03-01T13:00:00Z')).toBe('3 h')
    expect(duration('2026-03-01T10:00:00Z', '2026-03-06T13:00:00Z')).toBe('5 d 3 h')
  })

  it('says the day once of what begins and ends on it', () => {
    const year = new Date().getFullYear()
    expect(spanText({ from: `${year}-03-02T08:00:00`, until: `${year}-03-02T10:30:00` })).toBe('2 Mar, 08:00 – 10:30')
    expect(spanText({ from: `${year}-03-02T08:00:00`, until: `${year}-03-03T10:30:00` })).toBe('2 Mar, 08:00 – 3 Mar, 10:30')
    expect(spanText({ from: `${year}-03-02T08:00:00` })).toBe('2 Mar, 08:00')
  })

  it('says how far away a moment is', () => {
    const now = Date.parse('2026-03-02T08:00:00Z')
    expect(away('2026-03-02T08:20:00Z', now)).toBe('in 20 min')
    expect(away('2026-03-03T20:00:00Z', now)).toBe('in 36 h')
    expect(away('2026-03-09T08:00:00Z', now)).toBe('in 7 d')
    expect(away('2026-03-02T06:00:00Z', now)).toBe('2 h ago')
  })

  it('fills a field for date and time, and reads it, in the zone of the reader', () => {
    expect(momentOf(fieldOf('2026-03-02T08:20:00.000Z'))).toBe('2026-03-02T08:20:00.000Z')
    expect(fieldOf(null)).toBe('')
  })
})
