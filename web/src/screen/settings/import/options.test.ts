import { describe, expect, it } from 'vitest'
import { addressOf, commandOf, NOTHING_SAID, optionsOf } from './options'

const SAID = {
  ...NOTHING_SAID, kind: 'feedback' as const, create: ['releases', 'features'] as const, reading: { delimiter: ';', encoding: '' }, skipsEmpty: true,
  fields: { rating: { column: 'Wie war es?' }, product: { text: 'shop' }, comment: { text: '' } },
}

describe('the options of an import', () => {
  it('are what was said, and nothing else', () => {
    expect(optionsOf(NOTHING_SAID)).toEqual([['guess', 'true']])
    expect(optionsOf(SAID)).toEqual([
      ['kind', 'feedback'], ['guess', 'true'], ['map', 'rating=Wie war es?'], ['set', 'product=shop'], ['set', 'comment='], ['create', 'releases,features'], ['delimiter', ';'], ['skip-empty', 'true'],
    ])
  })

  it('survive the address, whatever a file or a column is called', () => {
    const { searchParams, pathname } = new URL(addressOf('a&b=c.csv', { ...NOTHING_SAID, fields: { comment: { column: 'a+b&c%20' } } }, true), 'http://localhost')
    expect([pathname, ...searchParams]).toEqual(['/imports', ['file', 'a&b=c.csv'], ['guess', 'true'], ['map', 'comment=a+b&c%20'], ['preview', 'true']])
  })

  it('are quoted for a terminal', () => {
    expect(commandOf("Kim's file.csv", SAID)).toBe(
      "ballroom import feedback 'Kim'\\''s file.csv' --guess --map 'rating=Wie war es?' --set product=shop --set comment= --create releases,features --delimiter ';' --skip-empty",
    )
  })
})
