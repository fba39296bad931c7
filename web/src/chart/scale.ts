import { addDays, dayNumber, dayOf, monthOf, shortDay } from '~/format/date'

export interface Scale {
  (value: number): number
  invert: (position: number) => number
  domain: [number, number]
}

export function linear(domain: [number, number], [start, end]: [number, number]): Scale {
  const [low, high] = domain
  const span = high - low || 1
  const scale = (value: number) => start + ((value - low) / span) * (end - start)
  return Object.assign(scale, {
    invert: (position: number) => low + ((position - start) / (end - start || 1)) * span,
    domain,
  })
}

/** Round numbers that cover a domain, about as many as wanted. */
export function ticks([low, high]: [number, number], wanted = 5): number[] {
  const step = stepFor((high - low) / Math.max(1, wanted))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

function stepFor(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const ratio = rough / power
  return (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10) * power
}

/** A domain that holds all values, with a margin, on whole steps. */
export function niceDomain(values: number[], { margin = 0.08, floor = -Infinity, ceiling = Infinity, wanted = 4 } = {}): [number, number] {
  const known = values.filter(Number.isFinite)
  if (known.length === 0) return [Math.max(0, floor), Number.isFinite(ceiling) ? ceiling : 1]
  const low = Math.min(...known)
  const high = Math.max(...known)
  const pad = (high - low || Math.abs(high) || 1) * margin
  const step = stepFor((high - low + 2 * pad) / wanted)
  return [
    Math.max(floor, Math.floor((low - pad) / step) * step),
    Math.min(ceiling, Math.ceil((high + pad) / step) * step),
  ]
}

export interface DayTick {
  day: string
  label: string
}

/** Ticks on the first of months, or on days where the axis is short; no two closer than `apart` pixels. */
export function dayTicks(from: string, until: string, width: number, apart = 64): DayTick[] {
  const days = dayNumber(until) - dayNumber(from)
  const room = Math.max(2, Math.floor(width / apart))
  return days > 100 ? monthTicks(from, until, room) : regularTicks(from, until, Math.max(1, Math.ceil(days / room)))
}

function regularTicks(from: string, until: string, rough: number): DayTick[] {
  const step = [1, 2, 7, 14, 28].find((candidate) => candidate >= rough) ?? 28
  const found: DayTick[] = []
  for (let day = from; day < until; day = addDays(day, step)) found.push({ day, label: shortDay(day) })
  return found
}

function monthTicks(from: string, until: string, room: number): DayTick[] {
  const firsts: string[] = []
  for (let day = from; day < until; day = addDays(day, 1)) if (day.endsWith('-01')) firsts.push(day)
  const every = [1, 2, 3, 6, 12].find((step) => firsts.length / step <= room) ?? 12
  return firsts
    .filter((day) => (Number(day.slice(5, 7)) - 1) % every === 0)
    .map((day) => ({ day, label: day.slice(5, 7) === '01' ? `${monthOf(day)} ${day.slice(0, 4)}` : monthOf(day) }))
}

export function dayScale(from: string, until: string, start: number, end: number) {
  const scale = linear([dayNumber(from), dayNumber(until)], [start, end])
  return {
    of: (day: string) => scale(dayNumber(day)),
    dayAt: (position: number) => dayOf(Math.floor(scale.invert(position))),
    width: (days: number) => scale(days) - scale(0),
  }
}
