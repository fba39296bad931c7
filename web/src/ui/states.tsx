import type { ReactNode } from 'react'
import type { CombinedError } from 'urql'
import { problemOf } from '~/api/errors'
import { Button, ButtonLink, classes } from './parts'
import css from './states.module.css'

export function Skeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className={css.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={css.bar} style={{ width: `${96 - ((index * 37) % 45)}%` }} />
      ))}
    </div>
  )
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.panel}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

/** A message of the server, in which `code` is set apart. */
export function Message({ text }: { text: string }) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return whole.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))
}

const TITLES: Record<string, string> = {
  NOT_FOUND: 'Not found',
  FORBIDDEN: 'You may not see this',
}

/** The argument that a message of the API begins with: the address of a page has none. */
const FIELD = /^[a-z][\w.]*: (?=there is no )/i

/** Nothing is broken. */
const QUIET = new Set(['FORBIDDEN', 'NOT_FOUND'])

export function ErrorPanel({ error, retry, page }: { error: CombinedError; retry?: () => void; page?: boolean }) {
  const { message, code, temporary } = problemOf(error)
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className={classes(css.panel, QUIET.has(code ?? '') ? css.refused : css.error)} role="alert">
      <Heading>{TITLES[code ?? ''] ?? 'This could not be loaded'}</Heading>
      <p><Message text={code === 'NOT_FOUND' ? message.replace(FIELD, '') : message} /></p>
      {code && <span className={css.code}>{code}</span>}
      {temporary && retry && <Button small onClick={retry}>Try again</Button>}
      {page && !temporary && <ButtonLink link={{ to: '/' }}>Go to the first page</ButtonLink>}
    </div>
  )
}

interface Result<Data> {
  data?: Data
  error?: CombinedError
  fetching: boolean
  stale: boolean
}

/** What a query has: data, dimmed while newer data is on its way; else its error; else that it is loading. */
export function Loaded<Data>({ result, retry, rows, page, children }: {
  result: Result<Data>
  retry?: () => void
  rows?: number
  /** It is all of the page, so an error is the page's title. */
  page?: boolean
  children: (data: NonNullable<Data>) => ReactNode
}) {
  if (result.error && isEmpty(result.data)) return <ErrorPanel error={result.error} retry={retry} page={page} />
  if (!result.data) return <Skeleton rows={rows} />
  const shown = children(result.data)
  // The part that the page is about is not there, whatever else was loaded.
  if (!shown && result.error) return <ErrorPanel error={result.error} retry={retry} page={page} />
  return <div className={result.fetching ? css.stale : undefined}>{shown}</div>
}

/** With an error, data whose fields are all null says nothing. */
function isEmpty(data: unknown): boolean {
  return !data || Object.values(data).every((field) => field === null)
}
