import { graphql, type ResultOf } from '~/api/graphql'
import { ResponseFields } from '~/part/responses.query'

export const FeatureQuery = graphql(`
  query Feature($product: Reference!, $feature: Reference!, $period: PeriodInput!, $before: PeriodInput!, $release: Reference, $segment: Reference) {
    feature(product: $product, feature: $feature) {
      id key name description lifecycle
      team { key name }
      value(period: $period, release: $release, segment: $segment) {
        score lower upper standardDeviation base historyContribution feedbackContribution incidentContribution responses historyResponses
        customerDays exposureDays ranked ownWeight incidentBasis incidentImpact
        strata { scale { key name } segment { key name } responses mean weight contribution }
      }
      before: value(period: $before, segment: $segment) { score lower upper standardDeviation ranked }
      changePoint { detected day earliest latest suspects { probability release { version } } }
      alerts(period: $period) { period { from until } kind incidents expected adjustedProbability }
      standardFigures(period: $period, release: $release, segment: $segment) {
        scale { key name kind min max } value lower upper responses
      }
      ratingDistribution(period: $period, release: $release, segment: $segment) {
        scale { key name kind min max } responses ratings { rating responses }
      }
      distributionBefore: ratingDistribution(period: $before, segment: $segment) {
        scale { key } responses ratings { rating responses }
      }
    }
    product(product: $product) {
      id
      features(first: 200) { nodes { key name } }
      releases(first: 50) { nodes { version releasedOn } }
      valueReport(period: $period, release: $release, segment: $segment) { entries { rank feature { key } } }
    }
  }
`)

/** Everything on the time axis. */
export const FeatureTimelineQuery = graphql(`
  query FeatureTimeline(
    $product: Reference!, $feature: Reference!, $shown: PeriodInput!, $step: TimelineStep!
    $trendStep: TrendStep!, $release: Reference, $segment: Reference
    $beside: Reference!, $withBeside: Boolean!, $before: PeriodInput!, $withBefore: Boolean!, $moments: TimeRangeInput
  ) {
    feature(product: $product, feature: $feature) {
      id
      trend(valueDays: 28, step: $trendStep, period: $shown, release: $release, segment: $segment) { asOf value { score lower upper ranked } }
      before: trend(valueDays: 28, step: $trendStep, period: $before, segment: $segment) @include(if: $withBefore) { asOf value { score lower upper ranked } }
      timeline(period: $shown, step: $step) {
        points { period { from until } responses incidentsOpened customerDaysLost complete }
        releases { day release { version } }
      }
      announcements(first: 50, filter: { state: [PUBLISHED, CONCLUDED], planned: $moments }) { nodes { id kind title planned { from until } } }
    }
    beside: feature(product: $product, feature: $beside) @include(if: $withBeside) {
      id name
      trend(valueDays: 28, step: $trendStep, period: $shown, segment: $segment) { asOf value { score lower upper ranked } }
    }
  }
`)

export const FeatureResponsesQuery = graphql(`
  query FeatureResponses($product: Reference!, $feature: Reference!, $filter: FeedbackFilter, $first: Int!, $after: String) {
    feature(product: $product, feature: $feature) {
      id
      feedback(first: $first, after: $after, filter: $filter) { totalCount pageInfo { hasNextPage endCursor } nodes { ...ResponseFields } }
    }
  }
`, [ResponseFields])

export type FeatureData = NonNullable<ResultOf<typeof FeatureQuery>['feature']>
export type FeatureValue = NonNullable<FeatureData['value']>
export type Announced = NonNullable<ResultOf<typeof FeatureTimelineQuery>['feature']>['announcements']['nodes'][number]
