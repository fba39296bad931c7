import { oneOf, text } from '~/format/search'
import { periodSearch, type PeriodSearch } from '~/format/period'

export const ORDERS = ['rank', 'name', 'change', 'responses', 'reach'] as const
export type Order = (typeof ORDERS)[number]

export interface ExplorerSearch extends PeriodSearch {
  release?: string
  segment?: string
  team?: string
  order?: Order
}

export function explorerSearch(search: Record<string, unknown>): ExplorerSearch {
  return {
    ...periodSearch(search),
    release: text(search, 'release'),
    segment: text(search, 'segment'),
    team: text(search, 'team'),
    order: oneOf(search, 'order', ORDERS),
  }
}
