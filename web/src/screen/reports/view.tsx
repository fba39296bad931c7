import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useRights, useSession } from '~/app/session'
import { longDay, momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { FORMATS, REPORT_KINDS } from '~/part/report'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, PageHead, Select, Stack, Tag, Toolbar } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Entry } from './entry'
import { ReportsQuery, type ReportRow } from './query'
import { KINDS, type ReportsSearch } from './search'
import css from './view.module.css'

const PAGE = 25

export default function Reports() {
  const say = useSaid()
  const search: ReportsSearch = useSearch({ from: '/reports' })
  const navigate = useNavigate({ from: '/reports' })
  const { products } = useSession()
  const { manages } = useRights()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { kind, product, entry } = search
  const { result, refresh } = useScreenQuery(ReportsQuery, { filter: { kind: kind && [kind], product }, first })
  const change = (next: Partial<ReportsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  return (
    <>
      <PageHead title="Reports" lead="Kept as they were written: their figures never change."
        actions={manages && <Button kind="primary" icon="plus" onClick={() => change({ entry: 'yes' })}>Save a report now</Button>} />
      <Stack>
        <Toolbar label="Filters">
          <Select label="Kind" quiet value={kind ?? ''} active={Boolean(kind)} onChange={(next) => change({ kind: next || undefined })}
            choices={[{ value: '', label: 'All kinds' }, ...KINDS.map((value) => ({ value, label: say(REPORT_KINDS[value].label) }))]} />
          <Select label={capital(words('product'))} quiet value={product ?? ''} active={Boolean(product)} onChange={(next) => change({ product: next || undefined })}
            choices={[{ value: '', label: `All ${words('products')}` }, ...products.map(({ key, name }) => ({ value: key, label: name }))]} />
        </Toolbar>
        <Loaded result={result} retry={refresh} rows={8}>
          {({ storedReports: found }) => found && (
            <Card flush title={plural(found.totalCount, 'stored report')} actions={found.nodes.length > 0 && <ExportMenu title="Reports" table={() => [['id', 'kind', 'title', 'product', 'audience', 'as_of', 'created_at', 'stored_by'], ...found.nodes.map(({ id, kind: of, title, product: about, audience, asOf, createdAt, storedBy }) => [id, of, title, about?.name, audience, asOf, createdAt, storedBy?.name])]} />}>
              {found.nodes.length === 0
                ? <div className={table.more}><Empty title="No reports">{kind ?? product ? 'Nothing matches these filters.' : manages ? 'Save one now, or let a schedule write them: Settings, Schedules.' : 'Product management saves them, or a schedule writes them.'}</Empty></div>
                : <List reports={found.nodes} />}
              {found.nodes.length < found.totalCount && <p className={table.more}>{count(found.nodes.length)} of {count(found.totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>}
            </Card>
          )}
        </Loaded>
      </Stack>
      {entry && manages && <Entry onClose={() => change({ entry: undefined })} />}
    </>
  )
}

/** The forms that are asked for most; its page has all. */
const QUICK = FORMATS.slice(0, 3)

function List({ reports }: { reports: ReportRow[] }) {
  const say = useSaid()
  const words = useWords()
  return (
    <table className={classes(table.table, table.list, css.table)}>
      <thead><tr><th>Report</th><th className={css.kind}>Kind</th><th className={css.audience}>For</th><th className={css.asOf}>Data up to</th><th className={css.stored}>Saved</th><th className={css.files}>Files</th></tr></thead>
      <tbody>
        {reports.map(({ id, kind, title, audience, asOf, createdAt, storedBy, product }) => (
          <tr key={id}>
            <th scope="row"><Link className={table.main} to="/report/$report" params={{ report: id }}>{title}</Link><span className={table.sub}>{product?.name ?? `All ${words('products')}`}</span></th>
            <td className={css.kind}><Tag>{say(REPORT_KINDS[kind].label)}</Tag></td>
            <td className={css.audience}>{capital(audience.toLowerCase())}</td>
            <td className={css.asOf}>{longDay(asOf)}</td>
            <td className={css.stored}>{momentText(createdAt)}{storedBy && <span className={table.sub}>by {storedBy.name}</span>}</td>
            <td className={css.files}>{QUICK.map(({ format, extension }) => <a key={format} href={`/reports/${id}.${extension}`} target={extension === 'xlsx' ? undefined : '_blank'} rel="noopener" aria-label={`${title} as ${format}`}>{format}</a>)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
