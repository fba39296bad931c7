import { graphql, type ResultOf } from '~/api/graphql'
import { AttributionFields, CandidateFields } from '~/part/attribution.query'
import { KnownErrorLine } from '~/part/known-error.query'
import { ResponseFields } from '~/part/responses.query'

const Stated = graphql(`
  fragment IncidentStated on Incident {
    id title description severity state source externalId affectedCustomers
    openedAt resolvedAt openedBy { name } resolvedBy { name } reopenedBy { name }
    intervals { openedAt resolvedAt openedBy { name } resolvedBy { name } }
    features { key name }
    product { key name }
    ...AttributionFields
  }
`, [AttributionFields])

export const IncidentQuery = graphql(`
  query Incident($incident: ID!) {
    incident(id: $incident) {
      ...IncidentStated
      attributionCandidates { ...CandidateFields }
      knownErrors { ...KnownErrorLine }
      customers(first: 50) { totalCount nodes { id key name segment { name } } }
    }
  }
`, [Stated, CandidateFields, KnownErrorLine])

/** What was said of a feature while it was broken. */
export const MeanwhileQuery = graphql(`
  query Meanwhile($product: Reference!, $feature: Reference!, $from: DateTime!, $until: DateTime) {
    feature(product: $product, feature: $feature) {
      id name
      feedback(first: 8, filter: { occurredAt: { from: $from, until: $until }, hasComment: true }) { totalCount nodes { ...ResponseFields } }
    }
  }
`, [ResponseFields])

export const ResolveIncident = graphql(`
  mutation ResolveIncident($input: ResolveIncidentInput!) {
    resolveIncident(input: $input) { incident { ...IncidentStated } userErrors { code field message } }
  }
`, [Stated])

export const ReopenIncident = graphql(`
  mutation ReopenIncident($input: ReopenIncidentInput!) {
    reopenIncident(input: $input) { incident { ...IncidentStated } userErrors { code field message } }
  }
`, [Stated])

export const AddCustomers = graphql(`
  mutation AddCustomers($input: AddIncidentCustomersInput!) {
    addIncidentCustomers(input: $input) { incident { id customers(first: 50) { totalCount nodes { id key name segment { name } } } } userErrors { code field message } }
  }
`)

export type IncidentData = NonNullable<ResultOf<typeof IncidentQuery>['incident']>
