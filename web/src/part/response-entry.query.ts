import { graphql, type ResultOf } from '~/api/graphql'

export const AnswerableQuery = graphql(`
  query Answerable($product: Reference!) {
    product(product: $product) { id features(first: 200) { nodes { id key name } } releases(first: 20, filter: { lifecycle: [RELEASED] }) { nodes { id version } } }
  }
`)

/** Nothing is stored if the customer has said something like it before, unless that is allowed. */
export const LogResponse = graphql(`
  mutation LogResponse($input: LogFeedbackInput!) {
    logFeedback(input: $input) {
      feedback { id }
      likelyDuplicates { similarity feedback { id comment rating occurredAt channel scale { key name min max } } }
      userErrors { code field message }
    }
  }
`)

export type Duplicate = NonNullable<NonNullable<ResultOf<typeof LogResponse>['logFeedback']>['likelyDuplicates']>[number]
