import { describe, expect, it } from 'vitest'
import { mayAsk } from './timing'

const DAY = 86_400_000

function memory() {
  const kept = new Map<string, string>()
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), kept }
}

describe('when to ask', () => {
  const rule = { key: 'shop.search', every: 30, sample: 1 }

  it('asks once in a period, and again after it', () => {
    const store = memory()
    expect(mayAsk(rule, store, 0, 0.5)).toBe(true)
    expect(mayAsk(rule, store, 29 * DAY, 0.5)).toBe(false)
    expect(mayAsk(rule, store, 31 * DAY, 0.5)).toBe(true)
  })

  it('does not ask who was left out of the sample again before the period is over', () => {
    const store = memory()
    expect(mayAsk({ ...rule, sample: 0.2 }, store, 0, 0.9)).toBe(false)
    expect(mayAsk({ ...rule, sample: 0.2 }, store, DAY, 0.1)).toBe(false)
  })

  it('keeps a moment and nothing about the person', () => {
    const store = memory()
    mayAsk(rule, store, 0, 0)
    expect([...store.kept]).toEqual([['ballroom.asked.shop.search', String(30 * DAY)]])
  })

  it('asks where the browser keeps nothing', () => {
    expect(mayAsk(rule, null, 0, 0)).toBe(true)
  })
})
