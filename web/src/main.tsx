import { RouterProvider } from '@tanstack/react-router'
import { lazy, StrictMode, Suspense, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'urql'
import { arrive, currentReader, onReaderChange } from './api/auth'
import { createClient } from './api/client'
import { router } from './app/router'
import './style/base.css'

const SignIn = lazy(() => import('./screen/signin/view'))

function App() {
  const reader = useSyncExternalStore(onReaderChange, currentReader)
  const signedIn = reader.state === 'in'
  const client = useMemo(() => (signedIn ? createClient() : null), [signedIn])
  if (reader.state === 'unknown') return null
  if (reader.state === 'out') return <Suspense><SignIn openIdConnect={reader.openIdConnect} why={reader.why} /></Suspense>
  if (!client) return null
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  )
}

const place = document.getElementById('root')
if (place) {
  createRoot(place).render(<StrictMode><App /></StrictMode>)
  void arrive()
}
