import { oneOf, text } from '~/format/search'

export const ERROR_STATES = ['OPEN', 'FIX_PLANNED', 'FIXED', 'WONT_FIX'] as const

export interface KnownErrorsSearch {
  state?: (typeof ERROR_STATES)[number]
  feature?: string
  find?: string
  /** The form for a new one is open. */
  entry?: 'yes'
}

export function knownErrorsSearch(search: Record<string, unknown>): KnownErrorsSearch {
  return { state: oneOf(search, 'state', ERROR_STATES), feature: text(search, 'feature'), find: text(search, 'find'), entry: oneOf(search, 'entry', ['yes'] as const) }
}
