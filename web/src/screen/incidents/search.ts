import { oneOf, text } from '~/format/search'

export interface IncidentsSearch {
  state?: 'OPEN' | 'RESOLVED'
  severity?: string
  feature?: string
  release?: string
  /** The form for a new incident is open. */
  entry?: 'yes'
}

export function incidentsSearch(search: Record<string, unknown>): IncidentsSearch {
  return {
    state: oneOf(search, 'state', ['OPEN', 'RESOLVED'] as const),
    severity: oneOf(search, 'severity', ['1', '2', '3', '4'] as const),
    feature: text(search, 'feature'),
    release: text(search, 'release'),
    entry: oneOf(search, 'entry', ['yes'] as const),
  }
}
