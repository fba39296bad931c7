import { useEffect, useEffectEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql, type ResultOf } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { Button, Card, classes } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Remove } from './remove'
import css from './view.module.css'

const ImportsQuery = graphql(`
  query Imports($first: Int!) {
    imports(first: $first) {
      totalCount
      nodes {
        id fileName kind importState: state bytes source createdAt updatedAt createdBy { name }
        rowsRead rowsAccepted rowsUpdated rowsUnchanged rowsRejected rowsRemoved rejects { field reason line rows }
      }
    }
  }
`)

const UndoImport = graphql(`
  mutation UndoImport($input: UndoImportInput!) { undoImport(input: $input) { import { id importState: state rowsRemoved } userErrors { code field message } } }
`)

type Row = NonNullable<ResultOf<typeof ImportsQuery>['imports']>['nodes'][number]

const PAGE = 25
const AGAIN = 2000
const STATES = { RUNNING: 'Running', FINISHED: 'Finished', FAILED: 'Failed', UNDONE: 'Undone' } as const

/** Files that were imported, with their rejects; what is running is watched. */
export function Imports() {
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(ImportsQuery, { first })
  const running = result.data?.imports?.nodes.some(({ importState }) => importState === 'RUNNING') ?? false
  const look = useEffectEvent(refresh)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(look, AGAIN)
    return () => clearInterval(timer)
  }, [running])
  return (
    <Card flush title="Imports" note={<>Files of responses, incidents, releases and active customers, imported by <code>ballroom import</code>.</>}>
      <Loaded result={{ ...result, fetching: false }} retry={refresh}>
        {({ imports }) => imports && (
          <>
            {imports.nodes.length === 0 && <div className={table.more}><Empty title="No imports yet"><code>ballroom import responses.csv --preview</code> shows what each row becomes, and stores nothing.</Empty></div>}
            <ul className={css.rows} aria-label="Imports">{imports.nodes.map((one) => <Line key={one.id} one={one} onChange={refresh} />)}</ul>
            {imports.nodes.length < imports.totalCount && <p className={table.more}>{count(imports.nodes.length)} of {count(imports.totalCount)} <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button></p>}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Line({ one, onChange }: { one: Row; onChange: () => void }) {
  const words = useWords()
  const [, undo] = useMutation(UndoImport)
  const { id, fileName, kind, importState, source, createdAt, createdBy, rowsRead, rowsAccepted, rowsUpdated, rowsUnchanged, rowsRejected, rowsRemoved, rejects } = one
  const numbers = [`${plural(rowsRead, 'row')} read`, `${count(rowsAccepted)} stored`, rowsUpdated > 0 && `${count(rowsUpdated)} updated`, rowsUnchanged > 0 && `${count(rowsUnchanged)} unchanged`, rowsRejected > 0 && `${count(rowsRejected)} rejected`, rowsRemoved > 0 && `${count(rowsRemoved)} removed`]
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        <div><b className={table.main} dir="auto">{fileName}</b><span className={table.sub}>{[kind === 'FEEDBACK' ? words('responses') : kind.toLowerCase(), `from ${source}`, momentText(createdAt), createdBy && `by ${createdBy.name}`].filter(Boolean).join(' · ')}</span></div>
        <span className={css.when}><span className={classes(css.outcome, importState === 'FINISHED' && css.good, importState === 'FAILED' && css.bad)}>{STATES[importState]}</span><span className={table.sub}>{numbers.filter(Boolean).join(', ')}</span></span>
      </div>
      {rejects.length > 0 && (
        <details className={css.rejects}>
          <summary>Why {plural(rowsRejected, 'row was', 'rows were')} rejected</summary>
          <ul>{rejects.map(({ field, reason, line, rows }) => <li key={`${field} ${reason}`}>{field && <code>{field}</code>} <span dir="auto">{reason}</span> <small>{plural(rows, 'row')}, first in line {count(line)}</small></li>)}</ul>
        </details>
      )}
      {kind === 'FEEDBACK' && (importState === 'FINISHED' || importState === 'FAILED') && rowsAccepted > 0 && (
        <div className={css.acts}>
          <Remove label="Undo" what={fileName} onRemove={async () => {
            const { data, error } = await undo({ input: { import: id } }, { additionalTypenames: ['Feedback'] })
            onChange()
            return { error, refusals: data?.undoImport?.userErrors }
          }} />
        </div>
      )}
    </li>
  )
}
