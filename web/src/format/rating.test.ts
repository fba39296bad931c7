import { expect, it } from 'vitest'
import { ratingName, scaleName } from './rating'

it('names thumbs, not their numbers', () => {
  expect(ratingName(0, { min: 0, max: 1 })).toBe('Down')
  expect(ratingName(1, { min: 0, max: 1 })).toBe('Up')
  expect(ratingName(1, { min: 1, max: 5 })).toBe('1')
  expect(ratingName(2.5, { min: 1, max: 5 })).toBe('2.5')
})

it('spells acronyms as such', () => {
  expect(['csat', 'thumbs', 'support-2'].map(scaleName)).toEqual(['CSAT', 'Thumbs', 'Support-2'])
})
