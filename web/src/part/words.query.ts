import { graphql, type Enum, type FragmentOf } from '~/api/graphql'

const Fields = graphql(`
  fragment WordsFields on CommentWords {
    comments baselineComments complete
    period { from until }
    words {
      text count baselineCount share baselineShare voices z
      examples @include(if: $examples) { id comment rating occurredAt scale { key name min max higherIsBetter } feature { name } release { version } }
    }
  }
`)

export const FeatureWordsQuery = graphql(`
  query FeatureWords($product: Reference!, $feature: Reference!, $period: PeriodInput!, $release: Reference, $segment: Reference, $against: WordsBaseline!, $examples: Boolean!) {
    feature(product: $product, feature: $feature) { id commentWords(period: $period, release: $release, segment: $segment, comparedWith: $against) { ...WordsFields } }
  }
`, [Fields])

export const ProductWordsQuery = graphql(`
  query ProductWords($product: Reference!, $period: PeriodInput!, $release: Reference, $segment: Reference, $against: WordsBaseline!, $examples: Boolean!) {
    product(product: $product) { id commentWords(period: $period, release: $release, segment: $segment, comparedWith: $against) { ...WordsFields } }
  }
`, [Fields])

export const ReleaseWordsQuery = graphql(`
  query ReleaseWords($product: Reference!, $release: Reference!, $against: WordsBaseline!, $examples: Boolean!) {
    release(product: $product, release: $release) { id commentWords(comparedWith: $against) { ...WordsFields } }
  }
`, [Fields])

export type WordsData = FragmentOf<typeof Fields>
export type WordData = WordsData['words'][number]
export type WordsBaseline = Enum<'WordsBaseline'>
