import { Link } from '@tanstack/react-router'
import { PageHead } from '~/ui/parts'

export function NotFound() {
  return (
    <>
      <PageHead title="There is no such page" lead="The address may be mistyped, or what it named was removed." />
      <Link to="/">Go to the first page</Link>
    </>
  )
}

export function ErrorScreen({ error }: { error: unknown }) {
  return (
    <>
      <PageHead title="This page failed" lead={`${error instanceof Error ? error.message : 'An unknown error'}. Reload the page; if it fails again, tell who runs this server.`} />
      <Link to="/">Go to the first page</Link>
    </>
  )
}
