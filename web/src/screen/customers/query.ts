import { graphql } from '~/api/graphql'

export const CustomersQuery = graphql(`
  query Customers($first: Int!, $after: String) {
    customers(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id key name segment { name } feedback(first: 1) { totalCount } incidents(first: 1) { totalCount } }
    }
  }
`)

/** By key, until the API finds customers by a part of their name. */
export const CustomerByKeyQuery = graphql(`
  query CustomerByKey($customer: Reference!) {
    customer(customer: $customer) { id key name segment { name } feedback(first: 1) { totalCount } incidents(first: 1) { totalCount } }
  }
`)
