import { difference, type Difference } from '~/format/change'
import type { ReportEntry, Reports } from './query'
import type { Order } from './search'

export interface Row extends ReportEntry {
  key: string
  name: string
  /** The same feature in the period before; null where it had too few responses. */
  before: ReportEntry['value'] | null
  change: Difference | null
  /** Customers who used it on an average day; null where nobody told. */
  exposed: number | null
}

export function rowsOf(report: Reports): Row[] {
  const earlier = new Map(report.before.entries.map((entry) => [entry.feature?.key ?? '', entry.value]))
  return report.now.entries.map((entry) => {
    const then = earlier.get(entry.feature?.key ?? '')
    const before = then?.ranked ? then : null
    const { value } = entry
    return {
      ...entry,
      key: entry.feature?.key ?? '',
      name: entry.feature?.name ?? 'The product as a whole',
      before,
      change: before && value.ranked ? difference(value, before) : null,
      exposed: value.exposureDays > 0 ? value.customerDays / value.exposureDays : null,
    }
  })
}

const NUMBERS: Record<Exclude<Order, 'name'>, (row: Row) => number> = {
  rank: (row) => -(row.rank ?? Infinity),
  change: (row) => -Math.abs(row.change?.estimate ?? 0),
  responses: (row) => row.value.responses,
  reach: (row) => row.exposed ?? -1,
}

/** Most first; the ranking from the best, changes from the worst. */
export function ordered(rows: Row[], order: Order): Row[] {
  if (order === 'name') return rows.toSorted((left, right) => left.name.localeCompare(right.name))
  if (order === 'change') return rows.toSorted((left, right) => (left.change?.estimate ?? Infinity) - (right.change?.estimate ?? Infinity))
  return rows.toSorted((left, right) => NUMBERS[order](right) - NUMBERS[order](left))
}
