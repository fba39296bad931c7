import { addDays, dayNumber, type Days } from '~/format/date'
import { niceDomain } from './scale'

export type SeriesTone = '1' | '2' | 'Base'

export interface SeriesPoint {
  /** The last day that the value covers. */
  day: string
  value: number
  lower: number
  upper: number
}

export interface Series {
  label: string
  tone: SeriesTone
  points: SeriesPoint[]
}

interface TrendPoint {
  asOf: string
  value: { score: number; lower: number; upper: number; ranked: boolean } | null
}

/** Values that rest on responses; where there were too few the line stops. */
export function pointsOf(trend: TrendPoint[] | undefined, shift = 0): SeriesPoint[] {
  return (trend ?? []).flatMap(({ asOf, value }) => (value?.ranked ? [{ day: addDays(asOf, shift), value: value.score, lower: value.lower, upper: value.upper }] : []))
}

/** Counts of a day, a week or a month. */
export interface Bar extends Days {
  incidents: number
  responses: number
  lost: number | null
  complete: boolean
}

export interface ReleaseMark {
  day: string
  version: string
}

export interface AnnouncementMark {
  id: string
  title: string
  /** What it is called: a release, a freeze… */
  kind: string
  /** First and last day. */
  day: string
  last: string
}

export const within = (period: Days) => ({ day }: { day: string }) => day >= period.from && day < period.until

export function valueDomain(series: Series[]): [number, number] {
  return niceDomain(series.flatMap(({ points }) => points.flatMap(({ lower, upper }) => [lower, upper])), { floor: 0, ceiling: 100, margin: 0.06 })
}

/** The point nearest to a day; null if none lies within the distance. */
export function nearest<Point extends { day: string }>(points: Point[], day: string, most = 31): Point | null {
  let best: Point | null = null
  for (const point of points) if (!best || distance(point.day, day) < distance(best.day, day)) best = point
  return best && distance(best.day, day) <= most ? best : null
}

function distance(left: string, right: string): number {
  return Math.abs(dayNumber(left) - dayNumber(right))
}

export interface Flag extends ReleaseMark {
  x: number
  row: number
  width: number
}

const CHARACTER = 6.6
const ROWS = 2

/** Flags of releases in as few rows as keep them from overlapping; one that fits in none is drawn without a flag. */
export function flags(releases: ReleaseMark[], x: (day: string) => number, [start, end]: [number, number]): Flag[] {
  const ends: number[] = Array.from({ length: ROWS }, () => -Infinity)
  return releases.flatMap((release) => {
    const width = release.version.length * CHARACTER + 12
    const middle = Math.min(end - width / 2, Math.max(start + width / 2, x(release.day)))
    const row = ends.findIndex((taken) => middle - width / 2 > taken + 3)
    if (row < 0) return []
    ends[row] = middle + width / 2
    return [{ ...release, x: middle, row, width }]
  })
}

/** The days that a pointer went over, as a period inside the one that is shown; null if it hardly moved. */
export function brushed(start: string, end: string, shown: Days): Days | null {
  const [from, last] = start < end ? [start, end] : [end, start]
  const period = { from: from < shown.from ? shown.from : from, until: addDays(last, 1) > shown.until ? shown.until : addDays(last, 1) }
  return dayNumber(period.until) - dayNumber(period.from) >= 5 ? period : null
}
