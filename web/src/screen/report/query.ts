import { graphql, type ResultOf } from '~/api/graphql'
import { ReportFields } from '~/part/report.query'

export const StoredQuery = graphql(`
  query Stored($report: ID!) {
    storedReport(id: $report) {
      id kind title createdAt revision storedBy { name } product { key name }
      report { ...ReportFields }
    }
  }
`, [ReportFields])

export const OthersQuery = graphql(`
  query Others($filter: StoredReportFilter) { storedReports(first: 50, filter: $filter) { nodes { id title asOf createdAt } } }
`)

export const SinceQuery = graphql(`
  query Since($report: ID!, $other: Reference!) {
    storedReport(id: $report) { id changesSince(report: $other) { tone subject text before now } }
  }
`)

export type Stored = NonNullable<ResultOf<typeof StoredQuery>['storedReport']>
