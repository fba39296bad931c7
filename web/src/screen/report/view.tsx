import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useScreenQuery } from '~/app/operations'
import { longDay, momentText, periodText } from '~/format/date'
import { count } from '~/format/number'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { FORMATS, REPORT_KINDS } from '~/part/report'
import { Changes, Tables } from '~/part/report-body'
import { Icon } from '~/ui/icon'
import { Card, PageHead, Select, Stack, Tag } from '~/ui/parts'
import { ErrorPanel, Loaded } from '~/ui/states'
import { OthersQuery, SinceQuery, StoredQuery, type Stored as Row } from './query'
import css from './view.module.css'

export default function Report() {
  const { report: id } = useParams({ from: '/report/$report' })
  const { result, refresh } = useScreenQuery(StoredQuery, { report: id })
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ storedReport: stored }) => stored && (
        <>
          <PageHead title={stored.title} lead={<Lead stored={stored} />} crumb={{ label: 'All reports', link: { to: '/reports' } }} />
          <Stack>
            <Files stored={stored} />
            <News stored={stored} />
            <Tables tables={stored.report.tables} download={(table) => <span className={css.files}>{FORMATS.filter(({ oneTable }) => oneTable).map(({ format, label, extension }) => <a key={format} href={`/reports/${id}.${extension}?table=${table}`} download>{label}</a>)}</span>} />
            <p className={css.record}>Saved {momentText(stored.createdAt)}{stored.storedBy && ` by ${stored.storedBy.name}`}; method {stored.report.method}, revision {count(stored.revision)} of the data. It never changes.</p>
          </Stack>
        </>
      )}
    </Loaded>
  )
}

function Lead({ stored: { kind, product, report } }: { stored: Row }) {
  const say = useSaid()
  const words = useWords()
  const { period, asOf, audience, complete, minGroupSize } = report
  return (
    <>
      {say(REPORT_KINDS[kind].label)} · {product?.name ?? `all ${words('products')}`} · {periodText(period)} · data up to {longDay(asOf)} · for {audience.toLowerCase()} {!complete && <Tag>provisional</Tag>}
      {minGroupSize !== null && <span className={css.note}>Groups of fewer than {minGroupSize} {words('customers')} are not shown.</span>}
    </>
  )
}

function Files({ stored: { id, title } }: { stored: Row }) {
  return (
    <section className={css.downloads} aria-label="Files">
      {FORMATS.filter(({ oneTable }) => !oneTable).map(({ format, label, extension }) => {
        const shown = extension === 'html' || extension === 'pdf'
        return <a key={format} className={css.download} href={`/reports/${id}.${extension}`} {...(shown ? { target: '_blank', rel: 'noopener' } : { download: '' })} aria-label={`${title}: ${label}`}><Icon name={shown ? 'eye' : 'download'} size={14} />{label}</a>
      })}
    </section>
  )
}

/** What changed: since what the report itself was compared with, or since another stored report of its kind. */
function News({ stored }: { stored: Row }) {
  const { id, kind, product, report } = stored
  const { since } = useSearch({ from: '/report/$report' })
  const navigate = useNavigate({ from: '/report/$report' })
  const others = useScreenQuery(OthersQuery, { filter: { kind: [kind], product: product?.key } }).result.data?.storedReports?.nodes.filter((one) => one.id !== id) ?? []
  const { result } = useScreenQuery(SinceQuery, { report: id, other: since ?? '' }, { pause: !since })
  const other = others.find((one) => one.id === since)
  const found = since ? result.data?.storedReport?.changesSince : report.changes
  return (
    <div className={css.news}>
      {others.length > 0 && (
        <Select label="Compare with another" value={since ?? ''} active={Boolean(since)} onChange={(next) => void navigate({ search: { since: next || undefined }, replace: true, resetScroll: false })}
          choices={[{ value: '', label: report.changesSince ?? 'nothing' }, ...others.map((one) => ({ value: one.id, label: `${one.title}, saved ${momentText(one.createdAt)}` }))]} />
      )}
      {result.error && since ? <ErrorPanel error={result.error} /> : found ? <Changes changes={found} since={other ? `“${other.title}”, data up to ${longDay(other.asOf)}` : report.changesSince} /> : <Card title="What changed">{capital('comparing…')}</Card>}
    </div>
  )
}
