import { graphql } from '~/api/graphql'

export const ImportQuery = graphql(`
  query Import($id: ID!) {
    node(id: $id) {
      __typename
      ... on Import { id kind importState: state failure bytes bytesRead rowsRead rowsAccepted rowsUpdated rowsUnchanged rowsRejected rejects { field reason line rows } }
    }
  }
`)
