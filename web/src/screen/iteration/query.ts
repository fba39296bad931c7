import { graphql, type ResultOf } from '~/api/graphql'
import { FindingFields } from '~/part/finding'
import { PreparednessFields } from '~/part/preparedness.query'
import { ResponseFields } from '~/part/responses.query'
import { RankedValue } from '~/screen/explorer/query'

export const IterationQuery = graphql(`
  query Iteration($iteration: Reference!) {
    iteration(iteration: $iteration) { id name goal period { from until } preparedness { ...PreparednessFields } }
  }
`, [PreparednessFields])

/** What customers experienced in these days, and in as many days before. */
export const IterationReportQuery = graphql(`
  query IterationReport($product: Reference!, $period: PeriodInput!, $before: PeriodInput!, $shipped: DateRangeInput!) {
    product(product: $product) {
      id
      now: valueReport(period: $period) { complete responses entries { ...RankedValue } }
      before: valueReport(period: $before) { responses entries { ...RankedValue } }
      trend(valueDays: 28, step: DAY, period: $period) { asOf value { score lower upper ranked } }
      timeline(period: $period, step: DAY) {
        points { period { from until } responses incidentsOpened customerDaysLost complete }
        releases { day release { version } }
      }
      past: timeline(period: $before, step: DAY) { points { incidentsOpened } }
      releases(first: 20, filter: { releasedOn: $shipped }) {
        nodes { id version title releasedOn regression { verdict features { ...FindingFields } } }
      }
    }
  }
`, [RankedValue, FindingFields])

/** The iteration report itself, as of now. */
export const IterationChangesQuery = graphql(`
  query IterationChanges($iteration: Reference!) {
    report(of: { kind: ITERATION, iteration: $iteration }) { changesSince complete changes { tone subject text before now } }
  }
`)

/** Apart, because not every role may see them. */
export const IterationVoicesQuery = graphql(`
  query IterationVoices($product: Reference!, $days: DateRangeInput!, $first: Int!) {
    product(product: $product) {
      id
      incidents(first: 50, filter: { day: $days }) { totalCount nodes { id title severity state openedAt resolvedAt features { name } } }
      feedback(first: $first, filter: { day: $days, hasComment: true }) { totalCount nodes { ...ResponseFields } }
    }
  }
`, [ResponseFields])

export type IterationData = NonNullable<ResultOf<typeof IterationQuery>['iteration']>
export type IterationReport = NonNullable<ResultOf<typeof IterationReportQuery>['product']>
export type IterationIncident = NonNullable<ResultOf<typeof IterationVoicesQuery>['product']>['incidents']['nodes'][number]
