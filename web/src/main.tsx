import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'urql'
import { onAuthChange, token } from './api/auth'
import { createClient } from './api/client'
import { router } from './app/router'
import { SignIn } from './screen/signin/view'
import './style/base.css'

function App() {
  const reader = useSyncExternalStore(onAuthChange, token)
  const client = useMemo(() => (reader ? createClient() : null), [reader])
  if (!client) return <SignIn />
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  )
}

const place = document.getElementById('root')
if (place) createRoot(place).render(<StrictMode><App /></StrictMode>)
