/** Numbers as a reader wants them: with their uncertainty, a true minus, and no more digits than are known. */

const MINUS = '\u2212'
/** Made when it is first used: browsers take long to make one. */
let compact: Intl.NumberFormat | undefined

export interface Bounds {
  lower: number
  upper: number
}

/**
 * Digits after the point: tenths only where the half width of the interval is small enough. The limit lies where thin data
 * begin, so that the numbers of a column have the same digits as far as they can be compared.
 */
export function digitsFor(halfWidth: number): number {
  return halfWidth < 5 ? 1 : 0
}

export function fixed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? MINUS + text : text
}

export function signed(value: number, digits = 0): string {
  const text = fixed(value, digits)
  if (Number(text.replace(MINUS, '-')) === 0) return fixed(0, digits)
  return value > 0 ? `+${text}` : text
}

export function halfWidth({ lower, upper }: Bounds): number {
  return (upper - lower) / 2
}

export function score(value: number, bounds: Bounds): string {
  return fixed(value, digitsFor(halfWidth(bounds)))
}

export function plusMinus(bounds: Bounds): string {
  const half = halfWidth(bounds)
  return `±${fixed(half, digitsFor(half))}`
}

export function range({ lower, upper }: Bounds, digits = 1): string {
  return `${fixed(lower, digits)} to ${fixed(upper, digits)}`
}

export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',')
}

export function shortCount(value: number): string {
  return value < 10_000 ? count(value) : (compact ??= new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })).format(value)
}

export function percent(share: number, digits = 0): string {
  if (share > 0 && share < 0.5 / 10 ** (digits + 2)) return `< ${(1 / 10 ** digits).toFixed(digits)}%`
  return `${(share * 100).toFixed(digits)}%`
}

export function probability(value: number): string {
  if (value < 0.001) return '< 0.1%'
  if (value > 0.999 && value < 1) return '> 99.9%'
  return percent(value, value < 0.1 ? 1 : 0)
}

export function times(ratio: number): string {
  return `× ${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}`
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** How many times as many, in words where there is one. */
export function multiple(ratio: number): string {
  if (ratio >= 1.85 && ratio <= 2.2) return 'doubled'
  if (ratio >= 2.75 && ratio <= 3.3) return 'tripled'
  if (ratio >= 0.46 && ratio <= 0.54) return 'halved'
  if (ratio >= 1.2) return `are ${ratio.toFixed(1)} times as many`
  if (ratio <= 0.8) return `fell to ${percent(ratio)} of what they were`
  return 'stayed about the same'
}
