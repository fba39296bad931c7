import { expect, it } from 'vitest'
import { cronText } from './cron'

it('says the usual expressions in words', () => {
  expect(cronText('0 7 * * MON')).toBe('Mondays at 07:00')
  expect(cronText('30 6 * * *')).toBe('Every day at 06:30')
  expect(cronText('0 18 * * 1-5')).toBe('On weekdays at 18:00')
  expect(cronText('0 7 1 * *')).toBe('On day 1 of each month at 07:00')
  expect(cronText('5 23 L * *')).toBe('On the last day of each month at 23:05')
})

it('shows the others as they are', () => {
  expect(cronText('*/5 * * * *')).toBe('*/5 * * * *')
  expect(cronText('0 7 * 3 MON')).toBe('0 7 * 3 MON')
  expect(cronText('0 7 * * FRI#2')).toBe('0 7 * * FRI#2')
})
