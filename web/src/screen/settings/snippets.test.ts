import { expect, it } from 'vitest'
import { reactUsage, scriptTag } from './snippets'

const choice = { origin: 'https://ballroom.example', product: 'shop', feature: 'search', scale: 'nps', question: 'Say "yes"?', when: 'event:ordered', every: '90', sample: '1' }

it('writes what differs from the defaults, safe for a page', () => {
  const tag = scriptTag(choice)
  expect(tag).toContain('data-question="Say &quot;yes&quot;?"')
  expect(tag).toContain('data-when="event:ordered"')
  expect(tag).not.toContain('data-every')
})

it('shows React in at most five lines', () => {
  expect(reactUsage(choice).split('\n').length).toBeLessThanOrEqual(5)
})
