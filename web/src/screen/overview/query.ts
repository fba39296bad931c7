import { graphql } from '~/api/graphql'

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

export const OverviewIncidentsQuery = graphql(`
  query OverviewIncidents {
    products(first: 20) { nodes { id key incidents(first: 1, filter: { state: OPEN }) { totalCount } } }
  }
`)
