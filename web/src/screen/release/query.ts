import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'
import { AttributionFields } from '~/part/attribution'
import { FindingFields } from '~/part/finding'

export const ReleaseQuery = graphql(`
  query Release($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) {
      id version title notes lifecycle inferred releasedOn plannedFor withdrawnAt firstDayBasis
      previous { version }
      features { change feature { key name } }
      plannedBy { name } shippedBy { name } withdrawnBy { name }
      deployments { id environment status deployedAt }
      regression {
        verdict method through firstDay minResponses baseline
        gate { outcome reason }
        previous { version }
        features {
          ...FindingFields
          pValue control coverage baseline baselineDays baselineResponses baselineIncidents incidents rateBasis unlabelledShare firstFlaggedDay recovery
          ownChange { estimate lower upper }
          commonShift { estimate lower upper }
          controls { feature { key name } shift responses weight }
          suspects { probability release { version } }
          strata { scale { key } segment { key name } baselineMean mean baselineResponses responses weight change { estimate lower upper } }
          previous { change { estimate lower upper } responses baselineResponses }
          path { asOf logEvidence }
        }
      }
    }
  }
`, [FindingFields])

/** The value of a feature in the weeks before and since a release. */
export const ReleaseValueQuery = graphql(`
  query ReleaseValue($product: Reference!, $feature: Reference!, $before: PeriodInput!, $since: PeriodInput!) {
    feature(product: $product, feature: $feature) {
      id name
      before: value(period: $before) { score lower upper responses ranked standardDeviation }
      since: value(period: $since) { score lower upper responses ranked standardDeviation }
    }
  }
`)

export const ReleaseIncidentsQuery = graphql(`
  query ReleaseIncidents($product: Reference!, $release: Reference!, $first: Int!) {
    release(product: $product, release: $release) {
      id
      incidents(first: $first) {
        totalCount
        nodes { ...AttributionFields title severity state openedAt resolvedAt affectedCustomers features { key name } }
      }
    }
  }
`, [AttributionFields])

export const ReleaseAnnouncementsQuery = graphql(`
  query ReleaseAnnouncements($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) { id announcements(first: 10) { totalCount nodes { ...AnnouncementLine } } }
  }
`, [AnnouncementLine])

export type ReleaseData = NonNullable<ResultOf<typeof ReleaseQuery>['release']>
export type RegressionData = NonNullable<ReleaseData['regression']>
export type FeatureRegression = RegressionData['features'][number]
