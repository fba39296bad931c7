interface Noun {
  key: string
  name: string
}

/** What a customer can be asked about: a product as a whole, or one of its features. */
export interface Subject {
  product: Noun
  feature: Noun | null
}

interface About {
  product: Noun
  features?: Noun[]
  feature?: Noun | null
}

export const subjectKey = ({ product, feature }: Subject) => `${product.key}/${feature?.key ?? ''}`

/** The products and features that the customer met: in responses, incidents and announcements. Each once, by name. */
export function subjectsOf(met: About[]): Subject[] {
  const found = new Map<string, Subject>()
  for (const { product, features = [], feature } of met)
    for (const one of [null, ...features, ...(feature ? [feature] : [])]) {
      const subject = { product, feature: one }
      found.set(subjectKey(subject), subject)
    }
  return [...found.values()].toSorted((left, right) => left.product.name.localeCompare(right.product.name) || (left.feature?.name ?? '').localeCompare(right.feature?.name ?? ''))
}
