import { oneOf, text } from '~/format/search'

export const KINDS = ['ITERATION', 'VALUE', 'RELEASE', 'OVERVIEW', 'SECURITY'] as const

export interface ReportsSearch {
  kind?: (typeof KINDS)[number]
  product?: string
  /** The form for a new one is open. */
  entry?: 'yes'
}

export function reportsSearch(search: Record<string, unknown>): ReportsSearch {
  return { kind: oneOf(search, 'kind', KINDS), product: text(search, 'product'), entry: oneOf(search, 'entry', ['yes'] as const) }
}
