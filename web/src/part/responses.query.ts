import { graphql, type FragmentOf } from '~/api/graphql'

export const ResponseFields = graphql(`
  fragment ResponseFields on Feedback {
    id rating comment occurredAt channel source counted releaseInferred
    scale { key name min max higherIsBetter }
    feature { key name }
    product { key }
    release { version }
    customer { key name }
    segment { name }
  }
`)

export type Response = FragmentOf<typeof ResponseFields>
