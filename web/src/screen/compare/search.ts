import { day, oneOf, text } from '~/format/search'
import { periodSearch, type PeriodSearch } from '~/format/period'

export const KINDS = ['releases', 'periods', 'segments'] as const
export type Kind = (typeof KINDS)[number]

export interface CompareSearch extends PeriodSearch {
  kind?: Kind
  left?: string
  right?: string
  /** The second period, where periods are compared. */
  otherFrom?: string
  otherUntil?: string
}

export function compareSearch(search: Record<string, unknown>): CompareSearch {
  return {
    ...periodSearch(search),
    kind: oneOf(search, 'kind', KINDS),
    left: text(search, 'left'),
    right: text(search, 'right'),
    otherFrom: day(search, 'otherFrom'),
    otherUntil: day(search, 'otherUntil'),
  }
}
