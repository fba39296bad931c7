import { oneOf, text } from '~/format/search'

export interface InboxSearch {
  /** Also what was read. */
  show?: 'all'
  customer?: string
  /** The form for a response on behalf of a customer is open. */
  entry?: 'yes'
}

export function inboxSearch(search: Record<string, unknown>): InboxSearch {
  return { show: oneOf(search, 'show', ['all'] as const), customer: text(search, 'customer'), entry: oneOf(search, 'entry', ['yes'] as const) }
}
