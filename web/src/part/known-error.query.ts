import { graphql, type Enum, type FragmentOf } from '~/api/graphql'

/** What a line about a known error says. */
export const KnownErrorLine = graphql(`
  fragment KnownErrorLine on KnownError {
    id title errorState: state workaround isPublic
    product { key name }
    features { key name }
    introducedIn { version }
    fixedIn { version lifecycle }
  }
`)

export type KnownErrorLineData = FragmentOf<typeof KnownErrorLine>
export type KnownErrorState = Enum<'KnownErrorState'>
