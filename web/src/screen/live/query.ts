import { graphql } from '~/api/graphql'
import { ResponseFields } from '~/part/responses.query'

/** What happened before the page was opened, of the product that was looked at last. */
export const LatestQuery = graphql(`
  query Latest($product: Reference!) {
    product(product: $product) {
      id name
      feedback(first: 12) { totalCount nodes { ...ResponseFields } }
      incidents(first: 6) { totalCount nodes { id title severity state openedAt features { name } } }
    }
  }
`, [ResponseFields])
