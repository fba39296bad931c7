import { expect, it } from 'vitest'
import { bytesOf, cellText, columnName, isNumeric } from './report'

it('names columns for people', () => {
  expect(columnName('responses_before')).toBe('Responses before')
})

it('sets a column to the right if all that it has are numbers', () => {
  expect(isNumeric([['1', 'a'], [null, '2'], ['-3.5', null]], 0)).toBe(true)
  expect(isNumeric([['1', 'a'], [null, '2']], 1)).toBe(false)
  expect(isNumeric([[null], [null]], 0)).toBe(false)
})

it('shows no more digits than a reader can use', () => {
  expect([cellText('62.6481'), cellText('-0.0814'), cellText('0.0000000001'), cellText('12'), cellText('2026-10-10'), cellText(null)]).toEqual(['62.6', '\u22120.0814', '< 0.001', '12', '2026-10-10', ''])
})

it('reads files of text and of bytes', () => {
  expect(bytesOf({ text: 'a;b', base64: null })).toBe('a;b')
  expect(bytesOf({ text: null, base64: btoa('\x00\xff') })).toEqual(new Uint8Array([0, 255]))
})
