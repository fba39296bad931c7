import { graphql, type Enum, type FragmentOf, type VariablesOf } from '~/api/graphql'

/** What a page shows of a report. */
export const ReportFields = graphql(`
  fragment ReportFields on Report {
    kind title audience vocabulary asOf complete method minGroupSize changesSince
    period { from until }
    changes { tone subject text before now }
    tables { name columns rows }
  }
`)

export const ReportFileQuery = graphql(`
  query ReportFile($of: ReportInput!, $format: ReportFormat!, $table: String) {
    report(of: $of) { file(format: $format, table: $table) { name mediaType text base64 } }
  }
`)

export const StoreReport = graphql(`
  mutation StoreReport($input: StoreReportInput!) {
    storeReport(input: $input) { storedReport { id title } userErrors { code field message } }
  }
`)

export type ReportData = FragmentOf<typeof ReportFields>
export type ReportFormat = Enum<'ReportFormat'>
export type ReportKind = Enum<'ReportKind'>
export type ReportAudience = Enum<'ReportAudience'>
export type ReportInput = VariablesOf<typeof ReportFileQuery>['of']
