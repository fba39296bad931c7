import { graphql, type Enum, type FragmentOf } from '~/api/graphql'

/** What people stated about the cause of an incident. */
export const AttributionFields = graphql(`
  fragment AttributionFields on Incident {
    id
    cause { basis confidence release { version } }
    attributions { id basis confidence createdAt release { id version } statedBy { name } }
  }
`)

export const CandidateFields = graphql(`
  fragment CandidateFields on AttributionCandidate {
    confidence evidence otherIncidents releasedAt
    release { id version title }
  }
`)

export const AttributeIncident = graphql(`
  mutation AttributeIncident($input: AttributeIncidentInput!) {
    attributeIncident(input: $input) { incident { ...AttributionFields } userErrors { code field message } }
  }
`, [AttributionFields])

export type Attributed = FragmentOf<typeof AttributionFields>
export type Candidate = FragmentOf<typeof CandidateFields>
export type Basis = Enum<'AttributionBasis'>
