import type { Enum } from '~/api/graphql'

export type Verdict = Enum<'Verdict'>
export type VerdictReason = Enum<'VerdictReason'>

export type Tone = 'regressed' | 'watch' | 'since' | 'recovered' | 'improved' | 'quiet' | 'unknown'

interface VerdictWords {
  label: string
  tone: Tone
  /** What it means, in a sentence. */
  meaning: string
}

export const VERDICTS: Record<Verdict, VerdictWords> = {
  REGRESSED: { label: 'Regressed', tone: 'regressed', meaning: 'It got worse. At most one in ten such verdicts is wrong.' },
  WATCH: { label: 'Watch', tone: 'watch', meaning: 'It may have got worse. Look again tomorrow.' },
  SINCE: { label: 'Since earlier', tone: 'since', meaning: 'It is worse than before, but the fall began with an earlier release.' },
  RECOVERED: { label: 'Recovered', tone: 'recovered', meaning: 'It reversed what an earlier release had made worse.' },
  IMPROVED: { label: 'Improved', tone: 'improved', meaning: 'It got better. At most one in ten such verdicts is wrong.' },
  NO_EVIDENCE: { label: 'No evidence', tone: 'quiet', meaning: 'There is no evidence of a change. That does not prove that nothing changed.' },
  CANNOT_TELL: { label: 'Cannot tell', tone: 'unknown', meaning: 'There are too few responses since the release.' },
  NO_BASELINE: { label: 'No baseline', tone: 'unknown', meaning: 'There are too few comparable responses from before the release.' },
}

export const REASONS: Record<VerdictReason, string> = {
  FELL_BEFORE: 'it had already fallen before this release',
  FEW_RESPONSES: 'there are too few responses to be sure',
  LIKE_PREVIOUS: 'the previous release was no different',
  NEW_INCIDENTS: 'incidents are new here, so there is nothing to compare them with',
  NOT_COMPARABLE: 'the responses before and since are on other scales or in other segments',
  SHARED_SHIFT: 'features that the release does not change moved as well',
  UNPROVEN: 'the evidence is not strong enough yet',
  WANDERS: 'it varies this much without a release, too',
}

/** From the most to the least urgent. */
export const SEVERITY: Verdict[] = [
  'REGRESSED', 'WATCH', 'SINCE', 'RECOVERED', 'IMPROVED', 'CANNOT_TELL', 'NO_EVIDENCE', 'NO_BASELINE',
]

export function bySeverity(left: Verdict, right: Verdict): number {
  return SEVERITY.indexOf(left) - SEVERITY.indexOf(right)
}
