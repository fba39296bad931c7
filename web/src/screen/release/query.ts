import { graphql, type ResultOf } from '~/api/graphql'
import { AnnouncementLine } from '~/part/announcement.query'
import { AttributionFields, CandidateFields } from '~/part/attribution.query'
import { FindingFields } from '~/part/finding'
import { KnownErrorLine } from '~/part/known-error.query'

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
        gate { outcome reason features { name outcome reason } thresholds { failOnWatch maxDecline minResponses } }
        previous { version }
        features {
          ...FindingFields
          pValue control coverage baseline baselineDays baselineResponses baselineIncidents incidents rateBasis unlabeledShare firstFlaggedDay recovery
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

/** Incidents that it may have caused, whatever people stated. */
export const SuspectedQuery = graphql(`
  query Suspected($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) {
      id
      suspectedIncidents {
        ...CandidateFields
        incident { ...AttributionFields title severity state openedAt features { key name } }
      }
    }
  }
`, [AttributionFields, CandidateFields])

/** What was expected of the release, and what came; what is known to be wrong with it. */
export const OutcomeQuery = graphql(`
  query Outcome($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) {
      id lifecycle
      keptForecast { asOf period { from until } mean actualIncidents isWithinInterval quantiles { probability incidents } }
      knownErrors(effect: [AFFECTED, FIXED]) { effect basis decidedBy { version } knownError { ...KnownErrorLine } }
    }
    product(product: $product) { id forecastCalibration { totalForecasts shareWithinInterval } }
  }
`, [KnownErrorLine])

export const WatchQuery = graphql(`
  query Watch($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) {
      id lifecycle
      watch {
        days endsAt concludedAt namedBy { name } watcher { id name }
        summary { totalIncidents causedIncidents worseFeatures { key name } betterFeatures { key name } }
      }
    }
  }
`)

export const WatchersQuery = graphql(`
  query Watchers { members(first: 200) { nodes { id name } } }
`)

export const WatchRelease = graphql(`
  mutation WatchRelease($input: WatchReleaseInput!) {
    watchRelease(input: $input) { release { id watch { days endsAt watcher { id name } } } userErrors { code field message } }
  }
`)

/** The tables of its report: who uses it is counted nowhere else. */
export const AdoptionQuery = graphql(`
  query Adoption($product: Reference!, $release: Reference!) {
    report(of: { kind: RELEASE, product: $product, release: $release }) { title tables { name columns rows } }
  }
`)

export const ReleaseAnnouncementsQuery = graphql(`
  query ReleaseAnnouncements($product: Reference!, $release: Reference!) {
    release(product: $product, release: $release) { id announcements(first: 10) { totalCount nodes { ...AnnouncementLine } } }
  }
`, [AnnouncementLine])

export type ReleaseData = NonNullable<ResultOf<typeof ReleaseQuery>['release']>
export type RegressionData = NonNullable<ReleaseData['regression']>
export type FeatureRegression = RegressionData['features'][number]
export type Suspected = NonNullable<ResultOf<typeof SuspectedQuery>['release']>['suspectedIncidents'][number]
export type Kept = NonNullable<NonNullable<ResultOf<typeof OutcomeQuery>['release']>['keptForecast']>
export type WatchData = NonNullable<NonNullable<ResultOf<typeof WatchQuery>['release']>['watch']>
