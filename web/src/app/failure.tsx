import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Button, PageHead, Toolbar } from '~/ui/parts'
import { useConnection } from './live'

export function NotFound() {
  return (
    <>
      <PageHead title="There is no such page" lead="The address may be mistyped, or what it named was removed." />
      <Link to="/">Go to the first page</Link>
    </>
  )
}

/** What browsers say of a part of the dashboard that could not be fetched. */
const NOT_FETCHED = /dynamically imported module|preload CSS|module script failed/i

export function ErrorScreen({ error }: { error: unknown }) {
  const message = error instanceof Error ? error.message : 'An unknown error'
  const connection = useConnection()
  const wasLost = useRef(connection === 'lost')
  const unfetched = NOT_FETCHED.test(message)
  useEffect(() => {
    if (connection === 'lost') wasLost.current = true
    // What was not fetched for want of a connection is there when the connection is.
    else if (connection === 'connected' && wasLost.current && unfetched) location.reload()
  }, [connection, unfetched])
  return (
    <>
      {unfetched
        ? <PageHead title="This page could not be loaded" lead={connection === 'lost' ? 'The connection is lost. The page is loaded as soon as it is back.' : 'The connection was lost, or the server was updated meanwhile.'} />
        : <PageHead title="This page failed" lead={`${message}. Reload the page; if it fails again, tell who runs this server.`} />}
      <Toolbar>
        <Button kind="primary" icon="iteration" onClick={() => location.reload()}>Reload</Button>
        <Link to="/">Go to the first page</Link>
      </Toolbar>
    </>
  )
}
