import { lazy, Suspense, useEffect, useEffectEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql, type ResultOf } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { useWords, type Words } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Stack } from '~/ui/parts'
import { Empty, Loaded, Message, Skeleton } from '~/ui/states'
import table from '~/ui/table.module.css'
import { RejectedRows } from './import/rejected-rows'
import { Remove } from './remove'
import css from './view.module.css'

const ImportsQuery = graphql(`
  query Imports($first: Int!) {
    imports(first: $first) {
      totalCount
      nodes {
        id fileName kind importState: state failure bytes source createdAt updatedAt createdBy { name }
        rowsRead rowsAccepted rowsUpdated rowsUnchanged rowsRejected rowsRemoved rejects { field reason line rows }
      }
    }
  }
`)

const UndoImport = graphql(`
  mutation UndoImport($input: UndoImportInput!) { undoImport(input: $input) { import { id importState: state rowsRemoved } userErrors { code field message } } }
`)

type Row = NonNullable<ResultOf<typeof ImportsQuery>['imports']>['nodes'][number]

const ImportFile = lazy(() => import('./import/view'))

const PAGE = 25
const AGAIN = 2000
const KIND_NAMES = { FEEDBACK: (words: Words) => words('responses'), INCIDENTS: (words: Words) => words('incidents'), RELEASES: (words: Words) => words('releases'), EXPOSURE: (words: Words) => `active ${words('customers')}` } as const
const STATES = { RUNNING: 'Running', FINISHED: 'Finished', FAILED: 'Failed', UNDONE: 'Undone' } as const

/** Files that were imported, with their rejects; what is running is watched. */
export function Imports() {
  const words = useWords()
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
    <Stack>
      <Suspense fallback={<Card title="Import a file"><Skeleton rows={3} /></Card>}><ImportFile onChange={refresh} /></Suspense>
      <Card flush title="Imports" note={<>Files of {words('responses')}, {words('incidents')}, {words('releases')} and active {words('customers')}, imported here or by <code>ballroom import</code>.</>}
        actions={<ExportMenu title="Imports" table={() => [['id', 'file', 'kind', 'state', 'failure', 'source', 'created_at', 'created_by', 'rows_read', 'rows_accepted', 'rows_updated', 'rows_unchanged', 'rows_rejected', 'rows_removed'], ...(result.data?.imports?.nodes ?? []).map((one) => [one.id, one.fileName, one.kind, one.importState, one.failure, one.source, one.createdAt, one.createdBy?.name, one.rowsRead, one.rowsAccepted, one.rowsUpdated, one.rowsUnchanged, one.rowsRejected, one.rowsRemoved])]} />}>
        <Loaded result={{ ...result, fetching: false }} retry={refresh}>
          {({ imports }) => imports && (
            <>
              {imports.nodes.length === 0 && <div className={table.more}><Empty title="No imports yet">Importing a file again changes nothing, and each import can be undone.</Empty></div>}
              <ul className={css.rows} aria-label="Imports">{imports.nodes.map((one) => <Line key={one.id} one={one} onChange={refresh} />)}</ul>
              {imports.nodes.length < imports.totalCount && <p className={table.more}>{count(imports.nodes.length)} of {count(imports.totalCount)} <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button></p>}
            </>
          )}
        </Loaded>
      </Card>
    </Stack>
  )
}

function Line({ one, onChange }: { one: Row; onChange: () => void }) {
  const words = useWords()
  const [, undo] = useMutation(UndoImport)
  const { id, fileName, kind, importState, source, createdAt, createdBy, rowsRead, rowsAccepted, rowsUpdated, rowsUnchanged, rowsRejected, rowsRemoved, rejects, failure } = one
  const numbers = [`${plural(rowsRead, 'row')} read`, `${count(rowsAccepted)} stored`, rowsUpdated > 0 && `${count(rowsUpdated)} updated`, rowsUnchanged > 0 && `${count(rowsUnchanged)} unchanged`, rowsRejected > 0 && `${count(rowsRejected)} rejected`, rowsRemoved > 0 && `${count(rowsRemoved)} removed`]
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        <div><b className={table.main} dir="auto">{fileName}</b><span className={table.sub}>{[KIND_NAMES[kind](words), `from ${source}`, momentText(createdAt), createdBy && `by ${createdBy.name}`].filter(Boolean).join(' · ')}</span></div>
        <span className={css.when}><span className={classes(css.outcome, importState === 'FINISHED' && css.good, importState === 'FAILED' && css.bad)}>{STATES[importState]}</span><span className={table.sub}>{numbers.filter(Boolean).join(', ')}</span></span>
      </div>
      {failure && <p className={css.refusal}><Message text={failure} /></p>}
      {rejects.length > 0 && (
        <details className={css.rejects}>
          <summary>Why {plural(rowsRejected, 'row was', 'rows were')} rejected</summary>
          <ul>{rejects.map(({ field, reason, line, rows }) => <li key={`${field} ${reason}`}>{field && <code>{field}</code>} <span dir="auto"><Message text={reason} /></span> <small>{plural(rows, 'row')}, first in line {count(line)}</small></li>)}</ul>
          {importState !== 'RUNNING' && importState !== 'UNDONE' && <RejectedRows id={id} />}
        </details>
      )}
      {(importState === 'FINISHED' || importState === 'FAILED') && rowsAccepted > 0 && (
        <div className={css.acts}>
          <Remove label="Undo" what={fileName} onRemove={async () => {
            const { data, error } = await undo({ input: { import: id } }, { additionalTypenames: ['Feedback', 'Incident', 'Release'] })
            onChange()
            return { error, refusals: data?.undoImport?.userErrors }
          }} />
        </div>
      )}
    </li>
  )
}
