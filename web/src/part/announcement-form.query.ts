import { graphql } from '~/api/graphql'

/** What an announcement may name. */
export const AnnounceableQuery = graphql(`
  query Announceable($product: Reference!) {
    product(product: $product) {
      id
      features(first: 200) { nodes { id key name } }
      releases(first: 50) { nodes { id version title lifecycle } }
    }
    members(first: 200) { nodes { id name } }
  }
`)
