import { fixed, plural } from '~/format/number'
import type { Words } from '~/format/vocabulary'
import type { Row } from './rows'

const NAMED = 2

/** What the ranking says, in a sentence: what changed clearly, the greatest first. */
export function summaryOf(rows: Row[], words: Words): string {
  const clear = rows
    .filter((row) => row.key && row.change?.clear)
    .toSorted((left, right) => Math.abs(right.change?.estimate ?? 0) - Math.abs(left.change?.estimate ?? 0))
  if (!rows.some((row) => row.change)) return `The previous period has too few ${words('responses')} to compare with.`
  if (clear.length === 0) return `No ${words('feature')} changed clearly against the previous period.`
  const named = clear.slice(0, NAMED).map(sentence).join('; ')
  const rest = clear.length - NAMED
  return rest > 0 ? `${named}; ${plural(rest, `other ${words('feature')}`, `other ${words('features')}`)} changed clearly.` : `${named}.`
}

function sentence({ name, change }: Row): string {
  const points = change?.estimate ?? 0
  return `${name} ${points < 0 ? 'fell' : 'rose'} by ${plural(Number(fixed(Math.abs(points))), 'point')}`
}
