import { expect, it } from 'vitest'
import type { Response } from '~/part/responses.query'
import { fits } from './found'

const csat = { key: 'csat', name: 'CSAT', min: 1, max: 5, higherIsBetter: true }
const response = (part: Partial<Response>): Response => ({
  id: '1', rating: 1, comment: 'The export HANGS', occurredAt: '2026-01-01T00:00:00Z', channel: null, source: 'app', counted: true, releaseInferred: false,
  scale: csat, feature: null, product: { key: 'p' }, release: null, customer: null, segment: null, ...part,
})

it('finds words in comments and customers, whatever their case', () => {
  expect(fits(response({}), 'export hangs', undefined)).toBe(true)
  expect(fits(response({ comment: null, customer: { key: 'acme-7', name: null } }), 'ACME', undefined)).toBe(true)
  expect(fits(response({}), 'import', undefined)).toBe(false)
})

it('takes what is low and high from the scale, also where low is best', () => {
  expect(fits(response({}), '', 'low')).toBe(true)
  expect(fits(response({}), '', 'high')).toBe(false)
  expect(fits(response({ scale: { ...csat, higherIsBetter: false } }), '', 'high')).toBe(true)
  expect(fits(response({ rating: null, scale: null }), '', 'low')).toBe(false)
})
