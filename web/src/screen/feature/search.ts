import { day, oneOf, text } from '~/format/search'
import { periodSearch, type PeriodSearch } from '~/format/period'

export const STEPS = ['DAY', 'WEEK', 'MONTH'] as const

export interface FeatureSearch extends PeriodSearch {
  release?: string
  segment?: string
  step?: (typeof STEPS)[number]
  /** The key of a feature to draw beside this one. */
  beside?: string
  /** Draw the period before beside this one. */
  earlier?: 'yes'
  /** The part of the time axis that is shown. */
  zoomFrom?: string
  zoomUntil?: string
  scale?: string
  /** Of the responses: those that contain this. */
  find?: string
  rating?: 'low' | 'high'
  /** Words are compared with those on other features, not with those before. */
  words?: 'peculiar'
  /** Responses without a comment are listed too. */
  silent?: 'yes'
}

export function featureSearch(search: Record<string, unknown>): FeatureSearch {
  return {
    ...periodSearch(search),
    release: text(search, 'release'),
    segment: text(search, 'segment'),
    step: oneOf(search, 'step', STEPS),
    beside: text(search, 'beside'),
    earlier: oneOf(search, 'earlier', ['yes'] as const),
    zoomFrom: day(search, 'zoomFrom'),
    zoomUntil: day(search, 'zoomUntil'),
    scale: text(search, 'scale'),
    find: text(search, 'find'),
    silent: oneOf(search, 'silent', ['yes'] as const),
    words: oneOf(search, 'words', ['peculiar'] as const),
    rating: oneOf(search, 'rating', ['low', 'high'] as const),
  }
}
