/** A rating that can be chosen: what is shown, and what it is called for those who do not see it. */
export interface Level {
  rating: number
  face: string
  name: string
}

export interface ScaleLook {
  question: (what: string) => string
  low: string
  high: string
  levels: Level[]
}

const numbers = (from: number, to: number, low: string, high: string): Level[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const rating = from + index
    const end = rating === from ? `, ${low}` : rating === to ? `, ${high}` : ''
    return { rating, face: String(rating), name: `${rating}${end}` }
  })

/** The scales that every organization of Ballroom has from the start, by key. */
export const SCALES: Record<string, ScaleLook> = {
  thumbs: {
    question: (what) => `Is ${what} good?`,
    low: '', high: '',
    levels: [{ rating: 1, face: '👍', name: 'Yes' }, { rating: 0, face: '👎', name: 'No' }],
  },
  stars: {
    question: (what) => `How do you like ${what}?`,
    low: 'Not at all', high: 'Very much',
    levels: Array.from({ length: 5 }, (_, index) => ({ rating: index + 1, face: '★', name: `${index + 1} of 5 stars` })),
  },
  csat: {
    question: (what) => `How satisfied are you with ${what}?`,
    low: 'Very dissatisfied', high: 'Very satisfied',
    levels: numbers(1, 5, 'very dissatisfied', 'very satisfied'),
  },
  nps: {
    question: (what) => `How likely are you to recommend ${what}?`,
    low: 'Not likely', high: 'Very likely',
    levels: numbers(0, 10, 'not likely', 'very likely'),
  },
  ces: {
    question: (what) => `How easy was it to use ${what}?`,
    low: 'Very hard', high: 'Very easy',
    levels: numbers(1, 7, 'very hard', 'very easy'),
  },
}
