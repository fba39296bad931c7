import { graphql, type ResultOf } from '~/api/graphql'
import { KnownErrorLine } from './known-error.query'

export const SuggestionsQuery = graphql(`
  query Suggestions($text: String!, $product: Reference!, $feature: Reference, $release: Reference) {
    suggestions(text: $text, product: $product, feature: $feature, release: $release, limit: 5) {
      relevance words workaround
      knownError { ...KnownErrorLine }
      article { id title url knownErrors { id } }
    }
  }
`, [KnownErrorLine])

export const LinkKnownError = graphql(`
  mutation LinkKnownError($input: LinkKnownErrorInput!) {
    linkKnownError(input: $input) { knownError { id title } userErrors { code field message } }
  }
`)

export type SuggestionData = NonNullable<ResultOf<typeof SuggestionsQuery>['suggestions']>[number]
