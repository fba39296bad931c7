import { graphql } from '~/api/graphql'

export const MembersQuery = graphql(`
  query Members {
    members(first: 200) { nodes { id name email roles vocabulary teams { id key name } removedAt } }
  }
`)

export const CreateMember = graphql(`
  mutation CreateMember($input: CreateMemberInput!) {
    createMember(input: $input) { member { id name email roles vocabulary teams { id key name } } userErrors { code field message } }
  }
`)

export const UpdateMember = graphql(`
  mutation UpdateMember($input: UpdateMemberInput!) {
    updateMember(input: $input) { member { id name email roles vocabulary teams { id key name } } userErrors { code field message } }
  }
`)

export const RemoveMember = graphql(`
  mutation RemoveMember($input: RemoveMemberInput!) {
    removeMember(input: $input) { member { id removedAt } userErrors { code field message } }
  }
`)
