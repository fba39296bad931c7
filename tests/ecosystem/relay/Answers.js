// What the pagination containers ask for. Only relay-compiler reads this file: without a build step the test takes
// the compiled documents from generated/relay.

import { graphql } from 'react-relay'

graphql`
  query AnswersOfProductQuery($id: ID!, $first: Int, $last: Int) {
    node(id: $id) {
      ...Answers_product @alias(as: "answers") @arguments(first: $first, last: $last)
    }
  }
`

graphql`
  fragment Answers_product on Product
  @refetchable(queryName: "AnswersOfProductPageQuery")
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    feedback(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "Answers_product_feedback") {
      edges {
        node {
          id
          occurredAt
        }
      }
    }
  }
`

graphql`
  query AnswersOfFeatureQuery($id: ID!, $first: Int, $last: Int) {
    node(id: $id) {
      ...Answers_feature @alias(as: "answers") @arguments(first: $first, last: $last)
    }
  }
`

graphql`
  fragment Answers_feature on Feature
  @refetchable(queryName: "AnswersOfFeaturePageQuery")
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    feedback(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "Answers_feature_feedback") {
      edges {
        node {
          id
          occurredAt
        }
      }
    }
  }
`
