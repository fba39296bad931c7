import { graphql } from '~/api/graphql'

export const TeamsQuery = graphql(`
  query Teams {
    teams(first: 200) { nodes { id key name members(first: 50) { nodes { id name } } features(first: 50) { nodes { id key name } } } }
  }
`)

export const CreateTeam = graphql(`
  mutation CreateTeam($input: CreateTeamInput!) { createTeam(input: $input) { team { id key name } userErrors { code field message } } }
`)

export const RemoveTeam = graphql(`
  mutation RemoveTeam($input: RemoveTeamInput!) { removeTeam(input: $input) { removedId userErrors { code field message } } }
`)

export const TokensQuery = graphql(`
  query Tokens {
    tokens(first: 200) { nodes { id name role scope createdAt expiresAt lastUsedAt revokedAt origins product { key name } member { id name } } }
  }
`)

export const CreateToken = graphql(`
  mutation CreateToken($input: CreateTokenInput!) {
    createToken(input: $input) { secret token { id name role scope } userErrors { code field message } }
  }
`)

export const RevokeToken = graphql(`
  mutation RevokeToken($input: RevokeTokenInput!) { revokeToken(input: $input) { token { id revokedAt } userErrors { code field message } } }
`)

export const SegmentsQuery = graphql(`
  query Segments { segments(first: 200) { nodes { id key name updatedAt } } }
`)

export const CreateSegment = graphql(`
  mutation CreateSegment($input: CreateSegmentInput!) { createSegment(input: $input) { segment { id key name } userErrors { code field message } } }
`)

export const RenameSegment = graphql(`
  mutation RenameSegment($input: UpdateSegmentInput!) { updateSegment(input: $input) { segment { id key name updatedAt } userErrors { code field message } } }
`)

export const ScalesQuery = graphql(`
  query Scales { scales(first: 200) { nodes { id key name kind min max step higherIsBetter } } }
`)

export const CreateScale = graphql(`
  mutation CreateScale($input: CreateScaleInput!) { createScale(input: $input) { scale { id key name kind min max step higherIsBetter } userErrors { code field message } } }
`)
