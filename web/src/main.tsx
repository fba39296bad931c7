import { RouterProvider } from '@tanstack/react-router'
import { lazy, StrictMode, Suspense, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider, type Client } from 'urql'
import { arrive, currentReader, onReaderChange } from './api/auth'
import { createClient } from './api/client'
import { router } from './app/router'
import { SessionQuery } from './app/session.query'
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

/** Asks what every screen needs while the screen itself is still being loaded. */
function started(client: Client): Client {
  void client.query(SessionQuery, {}).toPromise()
  return client
}

// The first page is loaded while the server is asked who the reader is.
if (/^\/($|p\/[^/]+\/value)/.test(location.pathname)) void import('./screen/explorer/view')

const place = document.getElementById('root')
if (place) {
  createRoot(place).render(<StrictMode><App /></StrictMode>)
  void arrive()
}
