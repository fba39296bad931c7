import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import 'graphiql/graphiql.css'
import { createClient } from 'graphql-ws'
import { useEffect, useState } from 'react'
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

interface Given {
  query: string
  variables?: string
}

/** The operation that "Show the query" handed over, once; else the one of the address, as of an API that was opened in a browser. */
function given(): Given | null {
  const text = sessionStorage.getItem(HANDED_OVER)
  if (text) {
    const { document, variables } = JSON.parse(text) as { document: string; variables: Record<string, unknown> }
    return { query: document, variables: JSON.stringify(variables, null, 2) }
  }
  const address = new URLSearchParams(location.search)
  const query = address.get('query')
  return query ? { query, variables: address.get('variables') ?? undefined } : null
}

function createFetcher() {
  return createGraphiQLFetcher({
    url: ENDPOINT,
    wsClient: createClient({ url: new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href }),
  })
}

/** GraphiQL with the reader's own rights; all of it is served by this server. */
export default function Playground() {
  const theme = useTheme()
  const [operation] = useState(given)
  useEffect(() => () => sessionStorage.removeItem(HANDED_OVER), [])
  const [fetcher] = useState(createFetcher)
  return (
    <div className={css.frame}>
      <h1 className="visually-hidden">GraphiQL</h1>
      <GraphiQL fetcher={fetcher} isHeadersEditorEnabled={false} forcedTheme={theme} defaultQuery={FIRST}
        {...(operation ?? {})} />
    </div>
  )
}
