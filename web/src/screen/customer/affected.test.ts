import { expect, it } from 'vitest'
import { wordsOf } from '~/format/vocabulary'
import { answer, coming, possibly } from './affected'

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

it('says what is coming only to features that the customer uses, or to all', () => {
  const planned = { from: '2026-11-02T08:00:00Z', until: null }
  const announced = [
    { id: 'used', features: [{ key: 'export' }], planned }, { id: 'other', features: [{ key: 'search' }], planned },
    { id: 'whole', features: [], planned }, { id: 'past', features: [], planned: { from: '2026-10-01T08:00:00Z', until: '2026-10-01T09:00:00Z' } },
  ]
  expect(coming(announced, new Set(['export']), Date.parse('2026-11-01T00:00:00Z')).map(({ id }) => id)).toEqual(['used', 'whole'])
})
