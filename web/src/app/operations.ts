import { useEffect, useSyncExternalStore } from 'react'
import { stringifyDocument, useQuery, type AnyVariables, type TypedDocumentNode } from 'urql'

/** The operations of the screen that is open, for "Show the query". */
export interface Operation {
  name: string
  document: string
  variables: Record<string, unknown>
}

let current: Operation[] = []
const listeners = new Set<() => void>()

function replace(next: Operation[]) {
  current = next
  listeners.forEach((listener) => listener())
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useOperations(): Operation[] {
  return useSyncExternalStore(subscribe, () => current)
}

interface Options {
  pause?: boolean
  /** A query of the frame around the screens is not one of the screen's. */
  hidden?: boolean
}

/** A query of a screen: urql's, and known to "Show the query" as long as it is mounted. */
export function useScreenQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
  { pause = false, hidden = false }: Options = {},
) {
  const [result, execute] = useQuery<Data>({ query: query as TypedDocumentNode<Data, AnyVariables>, variables: variables as AnyVariables, pause })
  const key = JSON.stringify(variables)
  useEffect(() => {
    if (pause || hidden) return
    const operation = describe(query, JSON.parse(key ?? '{}'))
    replace([...current, operation])
    return () => replace(current.filter((one) => one !== operation))
  }, [query, key, pause, hidden])
  return { result, refresh: () => execute({ requestPolicy: 'network-only' }) }
}

function describe(query: TypedDocumentNode<never, never> | TypedDocumentNode<unknown, AnyVariables> | object, variables: Record<string, unknown>): Operation {
  const document = stringifyDocument(query as TypedDocumentNode).replace(/^#.*\n/, '').trim()
  return { name: /(?:query|mutation|subscription)\s+(\w+)/.exec(document)?.[1] ?? 'Query', document, variables }
}
