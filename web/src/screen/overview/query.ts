import { graphql, type ResultOf } from '~/api/graphql'
import { FindingFields } from '~/part/finding'
import { RankedValue } from '~/screen/explorer/query'

export const OverviewQuery = graphql(`
  query Overview($period: PeriodInput!, $before: PeriodInput!) {
    now: productComparison(period: $period) { entries { rank product { id key name description } value { score lower upper standardDeviation responses ranked } } }
    earlier: productComparison(period: $before) { entries { product { key } value { score standardDeviation ranked } } }
    products(first: 20) {
      nodes {
        id key
        trend(valueDays: 28, step: WEEK, period: $period) { asOf value { score ranked } }
        releases(first: 1, filter: { lifecycle: [RELEASED] }) { nodes { version releasedOn regression { verdict } } }
      }
    }
  }
`)

/** Apart, because it is costly: the features of each product in both periods, and its latest releases. */
export const AttentionQuery = graphql(`
  query OverviewAttention($period: PeriodInput!, $before: PeriodInput!) {
    products(first: 10) {
      nodes {
        id key
        releases(first: 3, filter: { lifecycle: [RELEASED] }) { nodes { version releasedOn regression { verdict features { ...FindingFields } } } }
        now: valueReport(period: $period) { entries { ...RankedValue } }
        before: valueReport(period: $before) { entries { ...RankedValue } }
        preparedness(period: $period) { shippedReleases announcedReleases medianLeadTimeHours attributedIncidents surpriseIncidents }
      }
    }
  }
`, [FindingFields, RankedValue])

export const OverviewIncidentsQuery = graphql(`
  query OverviewIncidents {
    products(first: 20) { nodes { id key incidents(first: 20, filter: { state: OPEN }) { totalCount nodes { id title severity openedAt affectedCustomers features { name } } } } }
  }
`)

export type OverviewProduct = NonNullable<ResultOf<typeof AttentionQuery>['products']>['nodes'][number]
export type OverviewIncident = NonNullable<ResultOf<typeof OverviewIncidentsQuery>['products']>['nodes'][number]['incidents']['nodes'][number]
