const PRIOR_ODDS = 9

/** Evidence (natural logarithm) as the probability in percent that it got worse, if one in ten releases makes things worse. */
export function scoreOfEvidence(logEvidence: number): number {
  return 100 / (1 + PRIOR_ODDS * Math.exp(-logEvidence))
}
