/** Whether to ask now: at most once in a period, and only a share of those who could be asked. */

const DAY = 86_400_000

export interface Rule {
  /** Names the question, so that each has its own period. */
  key: string
  /** Days in which it is asked at most once. */
  every: number
  /** Share of times at which it is asked, 0 to 1. */
  sample: number
}

type Store = Pick<Storage, 'getItem' | 'setItem'>

/** Storage that may be forbidden by the browser: then the question is asked as if nothing were known. */
export function storage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

/**
 * Decides, and remembers until when it holds. What is kept is a moment, nothing about who was asked; somebody who is
 * not in the sample is not asked again before the period is over either, else many visits would make it certain.
 */
export function mayAsk({ key, every, sample }: Rule, store: Store | null, now = Date.now(), random = Math.random()): boolean {
  const name = `ballroom.asked.${key}`
  if (Number(store?.getItem(name) ?? 0) > now) return false
  store?.setItem(name, String(now + every * DAY))
  return random < sample
}
