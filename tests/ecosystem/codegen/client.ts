// A front end's client: typed documents that graphql-codegen made, an HTTP request and a WebSocket.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type ExecutionResult, print } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

/** What a client needs to know. */
export interface Place {
  url: string
  socketUrl: string
  token: string
}

/** Runs a query or a mutation. */
export async function ask<Data, Variables>(
  place: Place,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(place.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${place.token}` },
    body: JSON.stringify({ query: print(document), variables }),
  })
  return data((await response.json()) as ExecutionResult<Data>)
}

/** Listens to a subscription until the caller stops. */
export async function* listen<Data, Variables extends Record<string, unknown>>(
  place: Place,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): AsyncGenerator<Data, void, undefined> {
  const client = createClient({
    url: place.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${place.token}` },
  })
  try {
    for await (const result of client.iterate<Data>({ query: print(document), variables })) {
      yield data(result as ExecutionResult<Data>)
    }
  } finally {
    await client.dispose()
  }
}

function data<Data>({ data, errors }: ExecutionResult<Data>): Data {
  if (errors || !data) throw new Error(JSON.stringify(errors))
  return data
}
