import { graphql, type ResultOf } from '~/api/graphql'

export const ReportsQuery = graphql(`
  query Reports($filter: StoredReportFilter, $first: Int!) {
    storedReports(first: $first, filter: $filter) {
      totalCount
      nodes { id kind title audience asOf createdAt storedBy { name } product { key name } }
    }
  }
`)

export const ReportableQuery = graphql(`
  query Reportable($product: Reference!) {
    product(product: $product) {
      id
      releases(first: 50) { nodes { id version title } }
      iterations(first: 50, orderBy: { field: PERIOD, direction: DESC }) { nodes { id name period { from until } } }
    }
  }
`)

export type ReportRow = NonNullable<ResultOf<typeof ReportsQuery>['storedReports']>['nodes'][number]
