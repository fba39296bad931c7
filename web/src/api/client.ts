import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql'
import { sessionIsOver } from './auth'
import { codeOf } from './errors'
import { freshExchange } from './fresh'

export const ENDPOINT = '/graphql'

/** A client of one session. It is made anew when the reader changes, so nothing cached outlives a session. */
export function createClient(): Client {
  return new Client({
    url: ENDPOINT,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({ headers: { accept: 'application/graphql-response+json, application/json' } }),
    exchanges: [
      mapExchange({
        onError(error) {
          if (codeOf(error) === 'UNAUTHENTICATED') sessionIsOver()
        },
      }),
      freshExchange,
      cacheExchange,
      fetchExchange,
    ],
  })
}
