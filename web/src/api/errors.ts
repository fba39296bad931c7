import type { CombinedError } from 'urql'

export interface Problem {
  /** What went wrong, as the server says it, or as the browser does. */
  message: string
  code: string | null
  /** Whether asking again may help. */
  temporary: boolean
}

const TEMPORARY = new Set(['OVERLOADED', 'UNAVAILABLE', 'RATE_LIMITED', 'TIMEOUT', 'INTERNAL'])

export function codeOf(error: CombinedError | undefined): string | null {
  const code = error?.graphQLErrors[0]?.extensions['code']
  return typeof code === 'string' ? code : null
}

export function problemOf(error: CombinedError): Problem {
  const code = codeOf(error)
  if (code) return { message: error.graphQLErrors[0]?.message ?? code, code, temporary: TEMPORARY.has(code) }
  return { message: 'The server did not respond. Check the connection, then try again.', code: null, temporary: true }
}
