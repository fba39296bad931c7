import { expect, it } from 'vitest'
import { wordsOf } from '~/format/vocabulary'
import { answer, possibly } from './affected'

const open = [{ id: '1', features: [{ key: 'export' }] }, { id: '2', features: [{ key: 'search' }] }, { id: '3', features: [{ key: 'export' }] }]

it('separates who is named from who may be hurt', () => {
  expect(possibly(open, [{ id: '1', features: [] }], new Set(['export'])).map(({ id }) => id)).toEqual(['3'])
})

it('is no surer than what is known', () => {
  const words = wordsOf('PLAIN')
  expect(answer(1, 3, words).rest).toBe('1 open problem names this customer.')
  expect(answer(0, 2, words).word).toBe('Perhaps.')
  expect(answer(0, 0, words).word).toBe('Not that we know.')
})
