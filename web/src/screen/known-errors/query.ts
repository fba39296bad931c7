import { graphql, type ResultOf } from '~/api/graphql'
import { KnownErrorLine } from '~/part/known-error.query'

export const KnownErrorsQuery = graphql(`
  query KnownErrors($product: Reference!, $filter: KnownErrorFilter, $first: Int!) {
    product(product: $product) {
      id
      features(first: 200) { nodes { id key name } }
      without: knownErrors(first: 1, filter: { state: [OPEN] }) { totalCount }
      knownErrors(first: $first, filter: $filter) {
        totalCount
        nodes { ...KnownErrorLine updatedAt articles(first: 1, filter: { state: [PUBLISHED] }) { totalCount } }
      }
    }
  }
`, [KnownErrorLine])

/** Apart, because not every role may see them. */
export const ReportedQuery = graphql(`
  query Reported($product: Reference!, $filter: KnownErrorFilter, $first: Int!) {
    product(product: $product) {
      id
      knownErrors(first: $first, filter: $filter) { nodes { id incidents(first: 1) { totalCount } feedback(first: 1) { totalCount } } }
      knowledgeGaps { unansweredIncidents totalIncidents feature { key name } }
    }
  }
`)

export const CreateKnownError = graphql(`
  mutation CreateKnownError($input: CreateKnownErrorInput!) {
    createKnownError(input: $input) { knownError { id } userErrors { code field message } }
  }
`)

export type KnownErrorRow = NonNullable<ResultOf<typeof KnownErrorsQuery>['product']>['knownErrors']['nodes'][number]
export type Gap = NonNullable<ResultOf<typeof ReportedQuery>['product']>['knowledgeGaps'][number]
