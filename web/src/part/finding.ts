import { graphql, type FragmentOf } from '~/api/graphql'
import type { FeatureFinding } from '~/format/sentence'

/** What a verdict's sentence is made of. */
export const FindingFields = graphql(`
  fragment FindingFields on FeatureRegression {
    feature { key name }
    verdict reason score responses
    change { estimate lower upper }
    rateRatio { estimate lower upper }
    missingResponses { before after }
    changePoint { detected day earliest latest }
    since { day release { version } }
  }
`)

export type Finding = FragmentOf<typeof FindingFields>

export function findingOf({ feature, verdict, reason, change, rateRatio, responses, missingResponses, changePoint, since }: Finding): FeatureFinding {
  return {
    feature, verdict, reason, change, rateRatio, responses,
    missing: missingResponses,
    changePoint: changePoint && { found: changePoint.detected, day: changePoint.day },
    since: since && { day: since.day, version: since.release?.version ?? null },
  }
}
