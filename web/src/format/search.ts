import { isDay } from './date'

/** What stands behind the `?`: plain text, so that `release=5.3` stays a version and addresses stay readable. */
export type Search = Record<string, string | undefined>

export function parseSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const kept = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
  const text = new URLSearchParams(kept).toString()
  return text ? `?${text}` : ''
}

export function text(search: Record<string, unknown>, name: string): string | undefined {
  const value = search[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function day(search: Record<string, unknown>, name: string): string | undefined {
  const value = text(search, name)
  return isDay(value) ? value : undefined
}

export function oneOf<Value extends string>(search: Record<string, unknown>, name: string, values: readonly Value[]): Value | undefined {
  return values.find((value) => value === search[name])
}
