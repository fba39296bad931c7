import { graphql, type ResultOf } from '~/api/graphql'
import { FindingFields } from '~/part/finding'

export const ReleasesQuery = graphql(`
  query Releases($product: Reference!, $first: Int!) {
    product(product: $product) {
      id
      releases(first: $first) {
        totalCount
        nodes {
          id version title lifecycle inferred releasedOn plannedFor
          features { change feature { key name } }
          regression { verdict gate { outcome reason } features { ...FindingFields } }
        }
      }
    }
  }
`, [FindingFields])

export type ReleaseRow = NonNullable<ResultOf<typeof ReleasesQuery>['product']>['releases']['nodes'][number]
