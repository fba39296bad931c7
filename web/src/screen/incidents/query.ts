import { graphql, type ResultOf } from '~/api/graphql'

export const IncidentsQuery = graphql(`
  query Incidents($product: Reference!, $filter: IncidentFilter, $first: Int!) {
    product(product: $product) {
      id
      features(first: 200) { nodes { id key name } }
      releases(first: 50) { nodes { version } }
      alerts { period { from until } kind incidents expected feature { key name } }
      open: incidents(first: 1, filter: { state: OPEN }) { totalCount }
      grave: incidents(first: 1, filter: { state: OPEN, severity: [1, 2] }) { totalCount }
      incidents(first: $first, filter: $filter) {
        totalCount
        nodes {
          id title severity state openedAt resolvedAt affectedCustomers
          features { key name }
          attributions { basis release { version } }
        }
      }
    }
  }
`)

export const OpenIncident = graphql(`
  mutation OpenIncident($input: OpenIncidentInput!) {
    openIncident(input: $input) { incident { id } userErrors { code field message } }
  }
`)

export type IncidentRow = NonNullable<ResultOf<typeof IncidentsQuery>['product']>['incidents']['nodes'][number]
