/**
 * Who the reader is, in one place. Today a token in the tab's session storage, sent as `Authorization`;
 * a session in an HttpOnly cookie replaces it by changing this file alone.
 */
const KEY = 'ballroom.token'

type Listener = () => void
const listeners = new Set<Listener>()

export function token(): string | null {
  return sessionStorage.getItem(KEY)
}

export function signIn(value: string): void {
  sessionStorage.setItem(KEY, value)
  listeners.forEach((listener) => listener())
}

export function signOut(): void {
  sessionStorage.removeItem(KEY)
  listeners.forEach((listener) => listener())
}

export function onAuthChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Headers of a request in the reader's name. */
export function authorization(): Record<string, string> {
  const value = token()
  return value ? { authorization: `Bearer ${value}` } : {}
}
