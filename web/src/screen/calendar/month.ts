import { lanesOf } from '~/chart/lanes'
import { addDays, dayNumber, today, type Days } from '~/format/date'

/** The weeks from Monday on that show a month, as the days of a query. */
export function daysOf(month: string): Days {
  const first = `${month}-01`
  const next = `${moved(month, 1)}-01`
  const from = addDays(first, -weekday(first))
  const rest = (7 - weekday(next)) % 7
  return { from, until: addDays(next, rest) }
}

/** Days since Monday. */
function weekday(day: string): number {
  return (dayNumber(day) + 3) % 7
}

export function moved(month: string, by: number): string {
  const [year = 0, index = 1] = month.split('-').map(Number)
  const months = year * 12 + index - 1 + by
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`
}

interface Timed {
  from: string
  until: string
}

/** The first and last day of an entry, in a time zone. What ends at midnight ends on the day before. */
export function daysIn({ from, until }: Timed, timeZone: string): { first: string; last: string } {
  const first = today(timeZone, new Date(from))
  const last = today(timeZone, new Date(Math.max(Date.parse(from), Date.parse(until) - 1)))
  return { first, last }
}

export interface Placed<Entry> {
  entry: Entry
  /** Column from 0 (Monday), and how many. */
  column: number
  columns: number
  lane: number
  /** It began before the week, or goes on after it. */
  continued: boolean
  continues: boolean
}

export interface Week<Entry> {
  days: string[]
  entries: Placed<Entry>[]
}

/** Each week with its entries, in lanes in which none overlap. */
export function weeksOf<Entry extends { first: string; last: string }>({ from, until }: Days, entries: Entry[]): Week<Entry>[] {
  const weeks: Week<Entry>[] = []
  for (let monday = from; monday < until; monday = addDays(monday, 7)) {
    const sunday = addDays(monday, 6)
    const own = entries.filter(({ first, last }) => first <= sunday && last >= monday)
    const spans = own.map(({ first, last }) => {
      const [start, end] = [first < monday ? monday : first, last > sunday ? sunday : last]
      return { from: dayNumber(start) - dayNumber(monday), until: dayNumber(end) - dayNumber(monday) + 1 }
    })
    const lanes = lanesOf(spans)
    weeks.push({
      days: Array.from({ length: 7 }, (_, index) => addDays(monday, index)),
      entries: own.map((entry, index) => {
        const span = spans[index] ?? { from: 0, until: 1 }
        return { entry, column: span.from, columns: span.until - span.from, lane: lanes[index] ?? 0, continued: entry.first < monday, continues: entry.last > sunday }
      }),
    })
  }
  return weeks
}
