import { graphql } from '~/api/graphql'

export const CustomersQuery = graphql(`
  query Customers($first: Int!, $after: String, $filter: CustomerFilter) {
    customers(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id key name segment { name } feedback(first: 1) { totalCount } incidents(first: 1) { totalCount } }
    }
  }
`)
