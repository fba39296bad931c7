interface Bounds {
  min: number
  max: number
}

const ACRONYMS = new Set(['csat', 'nps', 'ces'])

/** What a scale is called where there is little room. */
export function scaleName(key: string): string {
  return ACRONYMS.has(key) ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1)
}

/** Thumbs: a choice of two, which is no number to anybody. */
export function isThumbs({ min, max }: Bounds): boolean {
  return min === 0 && max === 1
}

/** A rating as it was given: the number, or which thumb. */
export function ratingName(rating: number, scale: Bounds): string {
  if (isThumbs(scale) && Number.isInteger(rating)) return rating === scale.max ? 'Up' : 'Down'
  return Number.isInteger(rating) ? String(rating) : rating.toFixed(1)
}
