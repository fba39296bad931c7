import './api/early'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, StrictMode, Suspense, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider, type Client } from 'urql'
import { arrive, currentReader, onReaderChange } from './api/auth'
import { createClient } from './api/client'
import { router } from './app/router'
import { SessionQuery } from './app/session.query'
import { parseSearch } from './format/search'
import { ExplorerQuery, explorerVariables } from './screen/explorer/query'
import { explorerSearch } from './screen/explorer/search'
import './style/base.css'

const SignIn = lazy(() => import('./screen/signin/view'))

function App() {
  const reader = useSyncExternalStore(onReaderChange, currentReader)
  const signedIn = reader.state === 'in'
  const client = useMemo(() => (signedIn ? started(createClient()) : null), [signedIn])
  if (reader.state === 'unknown') return null
  if (reader.state === 'out') return <Suspense><SignIn openIdConnect={reader.openIdConnect} why={reader.why} /></Suspense>
  if (!client) return null
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  )
}

/** Asks what every screen needs, and then what the value explorer does, while the screen itself is still being made. */
function started(client: Client): Client {
  void client.query(SessionQuery, {}).toPromise().then(({ data }) => {
    const key = /^\/p\/([^/]+)\/value\/?$/.exec(location.pathname)?.[1]
    const product = key && data?.products?.nodes.find((one) => one.key === decodeURIComponent(key))
    if (product) void client.query(ExplorerQuery, explorerVariables(product, explorerSearch(parseSearch(location.search)))).toPromise()
  })
  return client
}

const place = document.getElementById('root')
if (place) {
  createRoot(place).render(<StrictMode><App /></StrictMode>)
  void arrive()
}
