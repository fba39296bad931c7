import { makeOperation, type Exchange } from 'urql'
import { filter, map, merge, pipe, share, tap } from 'wonka'

/** Milliseconds for which an answer counts as new. */
const FRESH = 2000

/**
 * A query that was answered a moment ago is not asked again because a second part of the page needs it: what is kept is used
 * as long as nothing that it contains was changed meanwhile.
 */
export const freshExchange: Exchange = ({ forward }) => (operations) => {
  const answered = new Map<number, number>()
  const shared = share(operations)
  const isFresh = (key: number) => performance.now() - (answered.get(key) ?? -FRESH) < FRESH
  return pipe(
    merge([
      pipe(shared, filter(({ kind }) => kind !== 'query')),
      pipe(shared, filter(({ kind }) => kind === 'query'), map((operation) => (operation.context.requestPolicy === 'cache-and-network' && isFresh(operation.key)
        ? makeOperation('query', operation, { ...operation.context, requestPolicy: 'cache-first' })
        : operation))),
    ]),
    forward,
    tap(({ operation, stale, error }) => {
      if (operation.kind === 'query' && !stale && !error) answered.set(operation.key, performance.now())
    }),
  )
}
