import type { Bounds } from './number'

interface Estimate extends Bounds {
  score: number
  standardDeviation: number
}

export interface Difference extends Bounds {
  estimate: number
  /** Whether its 90% interval leaves zero out. */
  clear: boolean
}

const NINETY = 1.645

/** The difference between two values, with the interval that their own uncertainties leave it. */
export function difference(now: Pick<Estimate, 'score' | 'standardDeviation'>, then: Pick<Estimate, 'score' | 'standardDeviation'>): Difference {
  const estimate = now.score - then.score
  const half = NINETY * Math.hypot(now.standardDeviation, then.standardDeviation)
  return { estimate, lower: estimate - half, upper: estimate + half, clear: Math.abs(estimate) > half }
}
