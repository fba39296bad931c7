import { difference, type Difference } from '~/format/change'
import { before, periodText, type Days } from '~/format/date'
import { periodOf } from '~/format/period'
import type { CompareData } from './query'
import type { CompareSearch } from './search'

export interface Side {
  label: string
  period: Days
  release?: string
  segment?: string
}

interface Choices {
  releases: { version: string }[]
  segments: { key: string; name: string }[]
}

/** Both sides of the comparison, each with what is compared when the address says nothing: the newest two. */
export function sidesOf(search: CompareSearch, today: string, { releases, segments }: Choices): { left: Side; right: Side } {
  const period = periodOf(search, today)
  switch (search.kind ?? 'releases') {
    case 'periods': {
      const other = search.otherFrom && search.otherUntil ? { from: search.otherFrom, until: search.otherUntil } : before(period)
      return { left: { label: periodText(other), period: other }, right: { label: periodText(period), period } }
    }
    case 'segments': {
      const side = (key: string | undefined, index: number): Side => {
        const segment = segments.find((one) => one.key === key) ?? segments[index]
        return { label: segment?.name ?? 'All segments', period, segment: segment?.key }
      }
      return { left: side(search.left, 0), right: side(search.right, 1) }
    }
    case 'releases': {
      const side = (version: string | undefined, index: number): Side => {
        const release = version ?? releases[index]?.version
        return { label: release ?? 'All', period, release }
      }
      return { left: side(search.left, 1), right: side(search.right, 0) }
    }
  }
}

type Value = CompareData['left']['entries'][number]['value']

export interface Pair {
  key: string
  name: string
  left: Value | null
  right: Value | null
  difference: Difference | null
}

/** Features of both sides, the greatest clear differences first. */
export function pairsOf({ left, right }: Pick<CompareData, 'left' | 'right'>): Pair[] {
  const keys = new Map([...right.entries, ...left.entries].map(({ feature }) => [feature?.key ?? '', feature?.name ?? 'The product as a whole']))
  const find = (side: CompareData['left'], key: string) => side.entries.find(({ feature }) => (feature?.key ?? '') === key)?.value ?? null
  return [...keys]
    .map(([key, name]) => {
      const [one, other] = [find(left, key), find(right, key)]
      return { key, name, left: one, right: other, difference: one?.ranked && other?.ranked ? difference(other, one) : null }
    })
    .toSorted((a, b) => order(a) - order(b))
}

function order({ difference: found }: Pair): number {
  if (!found) return 1000
  return (found.clear ? 0 : 500) - Math.abs(found.estimate)
}
