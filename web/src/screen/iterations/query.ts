import { graphql } from '~/api/graphql'

export const IterationsQuery = graphql(`
  query Iterations($product: Reference!, $first: Int!) {
    product(product: $product) {
      id
      iterations(first: $first, orderBy: { field: PERIOD, direction: DESC }) {
        totalCount
        nodes { id name goal period { from until } }
      }
    }
  }
`)

/** What happened on each day of the iterations that are shown. */
export const IterationDaysQuery = graphql(`
  query IterationDays($product: Reference!, $period: PeriodInput!) {
    product(product: $product) {
      id
      timeline(period: $period, step: DAY) {
        points { period { from } responses incidentsOpened }
        releases { day release { version } }
      }
    }
  }
`)
