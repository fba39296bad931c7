import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import 'graphiql/graphiql.css'
import { createClient } from 'graphql-ws'
import { useEffect, useState } from 'react'
import { authorization, token } from '~/api/auth'
import { ENDPOINT } from '~/api/client'
import { useTheme } from '~/app/theme'
import css from './view.module.css'

const HANDED_OVER = 'ballroom.graphiql'
const FIRST = `# Any question that the dashboard asks, and any other. Ctrl-Enter runs it.
{
  products(first: 5) {
    nodes { key name valueReport { entries { rank feature { name } value { score lower upper } } } }
  }
}
`

/** The operation that "Show the query" handed over, once. */
function handedOver(): { document: string; variables: Record<string, unknown> } | null {
  const text = sessionStorage.getItem(HANDED_OVER)
  return text ? (JSON.parse(text) as { document: string; variables: Record<string, unknown> }) : null
}

function createFetcher() {
  return createGraphiQLFetcher({
    url: ENDPOINT,
    headers: authorization(),
    wsClient: createClient({
      url: new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href,
      connectionParams: () => ({ Authorization: `Bearer ${token() ?? ''}` }),
    }),
  })
}

/** GraphiQL with the reader's own rights; all of it is served by this server. */
export default function Playground() {
  const theme = useTheme()
  const [operation] = useState(handedOver)
  useEffect(() => () => sessionStorage.removeItem(HANDED_OVER), [])
  const [fetcher] = useState(createFetcher)
  return (
    <div className={css.frame}>
      <h1 className="visually-hidden">GraphiQL</h1>
      <GraphiQL fetcher={fetcher} isHeadersEditorEnabled={false} forcedTheme={theme} defaultQuery={FIRST}
        {...(operation ? { query: operation.document, variables: JSON.stringify(operation.variables, null, 2) } : {})} />
    </div>
  )
}
