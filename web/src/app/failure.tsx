import { Link } from '@tanstack/react-router'
import { Empty } from '~/ui/states'

export function NotFound() {
  return (
    <Empty title="There is no such page" action={<Link to="/">Go to the first page</Link>}>
      The address may be mistyped, or what it named was removed.
    </Empty>
  )
}

export function ErrorScreen({ error }: { error: unknown }) {
  return (
    <Empty title="This page failed" action={<Link to="/">Go to the first page</Link>}>
      {error instanceof Error ? error.message : 'An unknown error'}. Reload the page; if it fails again, tell who runs this server.
    </Empty>
  )
}
