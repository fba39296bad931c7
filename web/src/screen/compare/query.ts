import { graphql, type ResultOf } from '~/api/graphql'

const Side = graphql(`
  fragment CompareSide on ValueReport {
    responses
    entries { rank feature { id key name } value { score lower upper standardDeviation responses ranked } }
  }
`)

export const CompareQuery = graphql(`
  query Compare(
    $product: Reference!
    $leftPeriod: PeriodInput!, $leftRelease: Reference, $leftSegment: Reference
    $rightPeriod: PeriodInput!, $rightRelease: Reference, $rightSegment: Reference
  ) {
    product(product: $product) {
      id
      left: valueReport(period: $leftPeriod, release: $leftRelease, segment: $leftSegment) { ...CompareSide }
      right: valueReport(period: $rightPeriod, release: $rightRelease, segment: $rightSegment) { ...CompareSide }
      leftRatings: ratingDistribution(period: $leftPeriod, release: $leftRelease, segment: $leftSegment) { scale { key name min max } responses ratings { rating responses } }
      rightRatings: ratingDistribution(period: $rightPeriod, release: $rightRelease, segment: $rightSegment) { scale { key name min max } responses ratings { rating responses } }
    }
  }
`, [Side])

export const CompareChoicesQuery = graphql(`
  query CompareChoices($product: Reference!) {
    product(product: $product) { id releases(first: 50, filter: { lifecycle: [RELEASED, WITHDRAWN] }) { nodes { version title releasedOn } } }
  }
`)

export type CompareData = NonNullable<ResultOf<typeof CompareQuery>['product']>
