import { graphql } from '~/api/graphql'

export const AnswerableQuery = graphql(`
  query Answerable($product: Reference!) {
    product(product: $product) { id features(first: 200) { nodes { id key name } } releases(first: 20, filter: { lifecycle: [RELEASED] }) { nodes { id version } } }
  }
`)

export const SubmitResponse = graphql(`
  mutation SubmitResponse($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { feedback { id } supersession userErrors { code field message } }
  }
`)
