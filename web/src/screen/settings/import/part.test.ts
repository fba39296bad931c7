import { describe, expect, it } from 'vitest'
import { firstPart, SMALL } from './part'

const line = '2026-03-01,5,"a comment, of some length, as people write them",search,5.3\n'
const long = line.repeat(Math.ceil((SMALL * 2) / line.length))

describe('the part of a file that is looked at', () => {
  it('is all of a short one', async () => {
    const file = new Blob([line])
    expect(await firstPart(file)).toEqual({ bytes: file, isWhole: true })
  })

  it('is the first whole lines of a long one, at least as many as are tried', async () => {
    const { bytes, isWhole } = await firstPart(new Blob(['day,rating,comment,feature,release\n', long]))
    const text = await bytes.text()
    expect(isWhole).toBe(false)
    expect(text.endsWith(line)).toBe(true)
    expect(text.split('\n').length).toBeGreaterThan(30_000)
    expect(bytes.size).toBeLessThan(long.length)
  })

  it('ends with no record that goes on in the next line', async () => {
    const record = '2026-03-01,5,"one\ntwo\nthree ""four""\n"\n'
    const { bytes, isWhole } = await firstPart(new Blob([record.repeat(Math.ceil((SMALL * 2) / record.length))]))
    expect(isWhole).toBe(false)
    expect(bytes.size % record.length).toBe(0)
  })

  it('is all of what cannot be read in part', async () => {
    for (const start of ['PK\u0003\u0004', '\u001f\u008b\u0008', 'PAR1\u0000', '[{"rating": 5},\n', '{\n "answers": [\n', 'd\u0000a\u0000y\u0000\n\u0000', 'a"b\n'.slice(0, 3)]) {
      const file = new Blob([Uint8Array.from(start, (letter) => letter.charCodeAt(0)), start === 'a"b' ? '"x '.repeat(SMALL) : long])
      expect((await firstPart(file)).isWhole, JSON.stringify(start)).toBe(true)
    }
    const objects = '{"rating": 5, "comment": "fine"}\n'
    expect((await firstPart(new Blob([objects.repeat(SMALL / 16)]))).isWhole).toBe(false)
  })
})
