import { takeEarly } from './early'

/**
 * Who the reader is, in one place. The session is a cookie that no script can read; the server says whether there is one,
 * and browsers send it with all that the pages ask.
 */
export const SESSION = '/session'

/** What the page for signing in says, and why it is shown. */
export type Reader =
  | { state: 'unknown' }
  | { state: 'in'; openIdConnect: boolean }
  | { state: 'out'; openIdConnect: boolean; why: string | null }

type Credential = { link: string } | { token: string }

const NO_ANSWER = 'The server did not respond. Check the connection, then try again.'
const OVER = 'Your session has ended. Sign in again.'
const PROBLEMS: Record<string, string> = {
  'not-configured': 'This server has no single sign-on.',
  denied: 'The sign-in was canceled, or the identity provider did not let you in.',
  'not-started': 'The sign-in took too long, or was started in another browser. Try again.',
  refused: 'The identity provider knows you, but you have no access here. Ask an administrator; the log of the server says why.',
  unavailable: 'The identity provider or the server did not respond. Try again later.',
}

let reader: Reader = { state: 'unknown' }
const listeners = new Set<() => void>()

function become(next: Reader) {
  reader = next
  listeners.forEach((listener) => listener())
}

export function currentReader(): Reader {
  return reader
}

export function onReaderChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

interface Told {
  expiresAt: string | null
  openIdConnect: boolean
}

async function ask(method: 'GET' | 'POST' | 'DELETE', body?: Credential): Promise<Told | string> {
  try {
    const response = await ((method === 'GET' && takeEarly()) || fetch(SESSION, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    }))
    const answer = (await response.json()) as Told & { errors?: { message: string }[] }
    return answer.errors?.[0]?.message ?? answer
  } catch {
    return NO_ANSWER
  }
}

/** Finds out whether there is a session; first opens the one of the link by which this page was opened. */
export async function arrive(): Promise<void> {
  const { pathname, hash, search } = location
  const linked = pathname === '/sign-in' && hash.length > 1 ? await ask('POST', { link: hash.slice(1) }) : null
  const told = linked && typeof linked !== 'string' ? linked : await ask('GET')
  if (typeof told === 'string') {
    become({ state: 'out', openIdConnect: false, why: told })
    return
  }
  const problem = pathname === '/sign-in' ? new URLSearchParams(search).get('problem') : null
  // The link is used, and has no business in the history of the browser.
  if (pathname === '/sign-in') history.replaceState(null, '', '/')
  if (told.expiresAt) become({ state: 'in', openIdConnect: told.openIdConnect })
  else become({ state: 'out', openIdConnect: told.openIdConnect, why: typeof linked === 'string' ? linked : problem && (PROBLEMS[problem] ?? null) })
}

/** Opens a session in the place of a token; tells why it could not. */
export async function signIn(token: string): Promise<string | null> {
  const told = await ask('POST', { token })
  if (typeof told === 'string') return told
  become({ state: 'in', openIdConnect: told.openIdConnect })
  return null
}

/** Ends the session, here and on the server; tells why it could not. */
export async function signOut(): Promise<string | null> {
  const told = await ask('DELETE')
  if (typeof told === 'string') return told
  become({ state: 'out', openIdConnect: told.openIdConnect, why: null })
  return null
}

/** The server knows no session any more. */
export function sessionIsOver(): void {
  if (reader.state === 'in') become({ state: 'out', openIdConnect: reader.openIdConnect, why: OVER })
}

/** Where a reader goes to sign in by the identity provider and come back to this page. */
export function singleSignOn(): string {
  const then = location.pathname + location.search
  return `/sign-in/oidc?then=${encodeURIComponent(then.startsWith('/sign-in') ? '/' : then)}`
}
