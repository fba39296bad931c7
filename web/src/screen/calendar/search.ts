import { text } from '~/format/search'

export interface CalendarSearch {
  /** `2026-03`; the current one by default. */
  month?: string
  product?: string
}

export function calendarSearch(search: Record<string, unknown>): CalendarSearch {
  const month = text(search, 'month')
  return { month: month && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : undefined, product: text(search, 'product') }
}
