import { initGraphQLTada } from 'gql.tada'
import type { introspection } from '../../generated/schema'

/** Typed documents against the committed schema (`api/schema.graphql`). */
export const graphql = initGraphQLTada<{
  introspection: introspection
  scalars: { Date: string; DateTime: string; Reference: string }
  disableMasking: true
}>()

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada'
export type Enum<Name extends Parameters<typeof graphql.scalar>[0]> = ReturnType<typeof graphql.scalar<Name>>
