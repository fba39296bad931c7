import { addDays, type Days } from './date'
import { day, oneOf } from './search'

export const LENGTHS = ['30', '90', '180', '365'] as const

/** A period in an address: a number of days up to today, or a first day and the day after the last. */
export interface PeriodSearch {
  days?: (typeof LENGTHS)[number]
  from?: string
  until?: string
}

export function periodSearch(search: Record<string, unknown>): PeriodSearch {
  const from = day(search, 'from')
  const until = day(search, 'until')
  if (from && until && from < until) return { from, until }
  return { days: oneOf(search, 'days', LENGTHS) }
}

export function periodOf({ days = '90', from, until }: PeriodSearch, today: string): Days {
  if (from && until) return { from, until }
  const end = addDays(today, 1)
  return { from: addDays(end, -Number(days)), until: end }
}
