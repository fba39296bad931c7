import { graphql, type ResultOf } from '~/api/graphql'
import { before, today } from '~/format/date'
import { periodOf } from '~/format/period'
import type { ExplorerSearch } from './search'

export const RankedValue = graphql(`
  fragment RankedValue on ValueReportEntry {
    rank
    feature { id key name team { key name } }
    value {
      score lower upper standardDeviation base historyContribution feedbackContribution incidentContribution
      responses customerDays exposureDays ranked ownWeight incidentBasis
    }
  }
`)

export const ExplorerQuery = graphql(`
  query Explorer($product: Reference!, $period: PeriodInput!, $before: PeriodInput!, $release: Reference, $segment: Reference) {
    product(product: $product) {
      id key
      now: valueReport(period: $period, release: $release, segment: $segment) {
        asOf complete responses
        entries { ...RankedValue }
      }
      before: valueReport(period: $before, segment: $segment) {
        responses
        entries { ...RankedValue }
      }
      releases(first: 50) { nodes { id version title releasedOn } }
    }
  }
`, [RankedValue])

/** The lines beside the ranking: four weeks before each week of the period. */
export const ExplorerTrendQuery = graphql(`
  query ExplorerTrend($product: Reference!, $period: PeriodInput!, $segment: Reference, $features: Int!) {
    product(product: $product) {
      id
      features(first: $features) {
        nodes { id key trend(valueDays: 28, step: WEEK, period: $period, segment: $segment) { asOf value { score ranked } } }
      }
    }
  }
`)

/** What the value explorer asks for, so that it can be asked before the screen is there. */
export function explorerVariables({ key, timeZone }: { key: string; timeZone: string }, search: ExplorerSearch) {
  const period = periodOf(search, today(timeZone))
  return { product: key, period, before: before(period), release: search.release, segment: search.segment }
}

export type Report = NonNullable<ResultOf<typeof ExplorerQuery>['product']>
export type ReportEntry = Report['now']['entries'][number]
/** Two periods to compare. */
export type Reports = { now: { entries: ReportEntry[] }; before: { entries: ReportEntry[] } }
