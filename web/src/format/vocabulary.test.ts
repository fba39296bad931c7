import { expect, it } from 'vitest'
import { said, wordsOf } from './vocabulary'

it('says a sentence in the words of the reader', () => {
  const sentence = 'An incident of a release. Features that the release does not change, and known errors.'
  expect(said(sentence, wordsOf('AGILE'))).toBe('An incident of a release. Features that the release does not change, and known bugs.')
  expect(said(sentence, wordsOf('PLAIN'))).toBe('A problem of a version. Features that the version does not change, and known problems.')
  expect(said('When an iteration ends, each product has too few responses.', wordsOf('AGILE'))).toBe('When a sprint ends, each product has too few responses.')
  expect(said('the product as a whole', wordsOf('ITIL'))).toBe('the service as a whole')
})

it('changes no other words', () => {
  expect(said('Released productively, teamwork', wordsOf('PLAIN'))).toBe('Released productively, teamwork')
})
