/** Something with a beginning and an end, on any scale. */
interface Span {
  from: number
  until: number
}

/** The lane of each span, in their order, so that no two of a lane overlap; as few lanes as that takes. */
export function lanesOf(spans: Span[]): number[] {
  const ends: number[] = []
  const lanes = spans.map(() => 0)
  const order = spans.map((span, index) => ({ span, index })).toSorted((left, right) => left.span.from - right.span.from || right.span.until - left.span.until)
  for (const { span, index } of order) {
    const free = ends.findIndex((end) => end <= span.from)
    const lane = free < 0 ? ends.length : free
    ends[lane] = span.until
    lanes[index] = lane
  }
  return lanes
}
