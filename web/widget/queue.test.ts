// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Queue } from './queue'

const answer = (body: unknown) => new Response(JSON.stringify(body))
const taken = () => Promise.resolve(answer({ data: { submitFeedback: { outcome: 'CREATED' } } }))
const response = (externalId: string) => ({ endpoint: '/graphql', token: 'key', input: { externalId, rating: 4 }, at: Date.now() })

describe('the queue of responses', () => {
  beforeEach(() => localStorage.clear())

  it('sends a response once and forgets it', async () => {
    const post = vi.fn(taken)
    const queue = new Queue(localStorage, post)
    await queue.add(response('a'))
    await queue.flush()
    expect(post).toHaveBeenCalledTimes(1)
    expect(queue.waiting).toEqual([])
  })

  it('keeps what could not be sent, in order, and sends it when there is a connection again', async () => {
    const post = vi.fn<typeof fetch>().mockRejectedValue(new TypeError('offline'))
    const queue = new Queue(localStorage, post)
    await queue.add(response('a'))
    await queue.add(response('b'))
    expect(new Queue(localStorage, post).waiting.map(({ input }) => input.externalId)).toEqual(['a', 'b'])
    post.mockReset()
    post.mockImplementation(taken)
    await queue.flush()
    expect(post.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).variables.input.externalId)).toEqual(['a', 'b'])
    expect(queue.waiting).toEqual([])
  })

  it('keeps a response that came too fast, and drops one that is refused', async () => {
    const post = vi.fn(() => Promise.resolve(answer({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })))
    const queue = new Queue(localStorage, post)
    await queue.add(response('a'))
    expect(queue.waiting).toHaveLength(1)
    post.mockImplementation(() => Promise.resolve(answer({ data: { submitFeedback: { outcome: null, userErrors: [{ code: 'NOT_FOUND' }] } } })))
    await queue.flush()
    expect(queue.waiting).toEqual([])
  })

  it('works where the browser keeps nothing', async () => {
    const post = vi.fn(taken)
    await new Queue(null, post).add(response('a'))
    expect(post).toHaveBeenCalledTimes(1)
  })
})
