import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Dialog } from '~/ui/dialog'
import { Button } from '~/ui/parts'
import { useOperations, type Operation } from './operations'
import css from './query-dialog.module.css'

function asCurl({ document, variables }: Operation): string {
  const body = JSON.stringify({ query: document, variables }).replaceAll("'", "'\\''")
  return `curl -sS ${location.origin}/graphql -H "Authorization: Bearer $BALLROOM_TOKEN" \\\n  -H 'Content-Type: application/json' -d '${body}'`
}

function Copy({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <Button small icon={copied ? 'check' : 'copy'}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
      {copied ? 'Copied' : label}
    </Button>
  )
}

/** What the screen asked the API: nothing here is more than any client can ask. */
export default function QueryDialog({ onClose }: { onClose: () => void }) {
  const operations = useOperations()
  const navigate = useNavigate()
  const [chosen, choose] = useState(0)
  const operation = operations[chosen] ?? operations[0]
  return (
    <Dialog title="The query of this screen" onClose={onClose}>
      {!operation && <p>This screen has no query of its own.</p>}
      {operation && (
        <>
          <p className={css.intro}>The dashboard is a client of the public API. You can run this query anywhere with your own token.</p>
          {operations.length > 1 && (
            <div className={css.tabs} role="group" aria-label="Operation">
              {operations.map((one, index) => (
                <Button key={`${one.name}${index}`} small kind={one === operation ? 'primary' : 'plain'}
                  aria-pressed={one === operation} onClick={() => choose(index)}>{one.name}</Button>
              ))}
            </div>
          )}
          <pre className={css.code} tabIndex={0} aria-label="Operation">{operation.document}</pre>
          <p className={css.label}>Variables</p>
          <pre className={css.code} tabIndex={0} aria-label="Variables">{JSON.stringify(operation.variables, null, 2)}</pre>
          <div className={css.actions}>
            <Copy label="Copy operation" text={operation.document} />
            <Copy label="Copy variables" text={JSON.stringify(operation.variables, null, 2)} />
            <Copy label="Copy as curl" text={asCurl(operation)} />
            <Button small icon="code" onClick={() => {
              sessionStorage.setItem('ballroom.graphiql', JSON.stringify(operation))
              onClose()
              void navigate({ to: '/graphiql' })
            }}>Open in GraphiQL</Button>
          </div>
        </>
      )}
    </Dialog>
  )
}
