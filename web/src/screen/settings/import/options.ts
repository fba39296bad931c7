import type { Created, Kind } from './fields'

/** Where a field comes from, if the reader says it: a column, one text for all rows, or nowhere. */
export type Origin = { column: string } | { text: string }

/** What can be said about how the file is read. */
export const READING = ['sheet', 'encoding', 'delimiter', 'skip-rows', 'header-rows', 'date-order', 'date-format', 'time-zone', 'release-prefix', 'values'] as const
export type Reading = (typeof READING)[number]

export interface Choices {
  kind: Kind | ''
  fields: Readonly<Record<string, Origin>>
  create: readonly Created[]
  conflict: '' | 'keep' | 'update' | 'report'
  skipsEmpty: boolean
  source: string
  reading: Readonly<Partial<Record<Reading, string>>>
}

export const NOTHING_SAID: Choices = { kind: '', fields: {}, create: [], conflict: '', skipsEmpty: false, source: '', reading: {} }

type Option = [name: string, text: string]

/** The options of an import: the same for the address of the API and for the command line. */
export function optionsOf(choices: Choices): Option[] {
  const { kind, fields, create, conflict, skipsEmpty, source, reading } = choices
  const origins = Object.entries(fields).map(([field, origin]): Option => ('column' in origin ? ['map', `${field}=${origin.column}`] : ['set', `${field}=${origin.text}`]))
  const read = READING.flatMap((name): Option[] => (reading[name] ? [[name, reading[name]]] : []))
  return [
    ...(kind ? [['kind', kind] as Option] : []), ['guess', 'true'], ...origins, ...(create.length > 0 ? [['create', create.join(',')] as Option] : []), ...read,
    ...(skipsEmpty ? [['skip-empty', 'true'] as Option] : []), ...(conflict ? [['on-conflict', conflict] as Option] : []), ...(source ? [['source', source] as Option] : []),
  ]
}

export function addressOf(file: string, choices: Choices, preview: boolean): string {
  return `/imports?${new URLSearchParams([['file', file], ...optionsOf(choices), ...(preview ? [['preview', 'true']] : [])]).toString()}`
}

/** What a terminal would be told instead. */
export function commandOf(file: string, choices: Choices): string {
  const words = optionsOf(choices).filter(([name]) => name !== 'kind').map(([name, text]) => (text === 'true' ? `--${name}` : `--${name} ${quoted(text)}`))
  return ['ballroom import', ...(choices.kind ? [choices.kind] : []), quoted(file), ...words].join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
