import { oneOf, text } from '~/format/search'

export const ANNOUNCEMENT_STATES = ['DRAFT', 'PUBLISHED', 'CONCLUDED', 'CANCELLED'] as const
export const ANNOUNCEMENT_KINDS = ['RELEASE', 'DEPLOYMENT', 'MAINTENANCE', 'FREEZE'] as const

export interface AnnouncementsSearch {
  state?: (typeof ANNOUNCEMENT_STATES)[number]
  kind?: (typeof ANNOUNCEMENT_KINDS)[number]
  find?: string
  /** The form for a new one is open. */
  entry?: 'yes'
}

export function announcementsSearch(search: Record<string, unknown>): AnnouncementsSearch {
  return {
    state: oneOf(search, 'state', ANNOUNCEMENT_STATES),
    kind: oneOf(search, 'kind', ANNOUNCEMENT_KINDS),
    find: text(search, 'find'),
    entry: oneOf(search, 'entry', ['yes'] as const),
  }
}
