import { plural } from '~/format/number'
import type { Words } from '~/format/vocabulary'

interface Broken {
  id: string
  features: { key: string }[]
}

/** Open incidents that do not name the customer but hurt a feature that they said something about. */
export function possibly<Incident extends Broken>(open: Incident[], named: Broken[], used: Set<string>): Incident[] {
  const known = new Set(named.map(({ id }) => id))
  return open.filter(({ id, features }) => !known.has(id) && features.some(({ key }) => used.has(key)))
}

/** The answer to "is this customer affected?", no surer than it is. */
export function answer(named: number, possible: number, words: Words): { word: string; rest: string; tone: 'yes' | 'maybe' | 'no' } {
  if (named > 0) return { word: 'Yes.', rest: `${plural(named, `open ${words('incident')} names`, `open ${words('incidents')} name`)} this ${words('customer')}.`, tone: 'yes' }
  if (possible > 0) return { word: 'Perhaps.', rest: `No open ${words('incident')} names this ${words('customer')}, but ${plural(possible, 'is open on a', 'are open on')} ${words(possible === 1 ? 'feature' : 'features')} that they use.`, tone: 'maybe' }
  return { word: 'Not that we know.', rest: `No open ${words('incident')} names this ${words('customer')} or affects a feature that they use.`, tone: 'no' }
}

/** Announced changes of features that the customer said something about, and of products as a whole. */
export function coming<Announced extends { features: { key: string }[]; planned: { from: string; until: string | null } }>(announced: Announced[], used: Set<string>, now = Date.now()): Announced[] {
  return announced.filter(({ features, planned }) => Date.parse(planned.until ?? planned.from) >= now && (features.length === 0 || features.some(({ key }) => used.has(key))))
}
