import { graphql, type FragmentOf } from '~/api/graphql'

export const PreparednessFields = graphql(`
  fragment PreparednessFields on Preparedness {
    shippedReleases announcedReleases medianLeadTimeHours attributedIncidents surpriseIncidents
    releases { release { id version releasedOn } announcement { id title } leadTimeHours acknowledgements affectedCustomers coverage }
  }
`)

export const PreparednessQuery = graphql(`
  query Preparedness($product: Reference!, $period: PeriodInput!) {
    product(product: $product) { id preparedness(period: $period) { ...PreparednessFields } }
  }
`, [PreparednessFields])

export type PreparednessData = FragmentOf<typeof PreparednessFields>
