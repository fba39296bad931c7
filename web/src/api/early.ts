/**
 * Whether there is a session is asked before anything else is done: this is a file of its own, which runs before the others
 * (vite.config.ts). A link that signs in is used first.
 */
let asked = location.pathname === '/sign-in' ? null : fetch('/session')
asked?.catch(() => undefined)

/** The answer that was asked for early, once. */
export function takeEarly(): Promise<Response> | null {
  const taken = asked
  asked = null
  return taken
}
