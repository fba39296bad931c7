import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights, useSession } from '~/app/session'
import { before, periodText } from '~/format/date'
import { count, plural, plusMinus, score } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { ImportLink } from '~/part/import-link'
import { Button, ButtonLink, PageHead, Select, Stack, Stat, Stats, Toolbar } from '~/ui/parts'
import { PeriodFilter } from '~/ui/period-filter'
import { Empty, Loaded } from '~/ui/states'
import { Change } from '~/ui/verdict'
import { WhenSeen } from '~/ui/when-seen'
import { ExplorerQuery, ExplorerTrendQuery, explorerVariables, type Report } from './query'
import { Ranking, type Trends } from './ranking'
import { rowsOf, type Row } from './rows'
import type { ExplorerSearch } from './search'
import { summaryOf } from './summary'
import css from './view.module.css'

const FirstSteps = lazy(() => import('~/screen/start/first-steps'))
const ReportMenu = lazy(() => import('~/part/report-menu').then(({ ReportMenu: Menu }) => ({ default: Menu })))
const ProductWords = lazy(() => import('~/part/product-words'))

/** Scores are costly: a page of features has its trends drawn. */
const PAGE = 50

export default function Explorer() {
  const product = useProduct()
  const search: ExplorerSearch = useSearch({ from: '/p/$product/value' })
  const navigate = useNavigate({ from: '/p/$product/value' })
  const asked = explorerVariables(product, search)
  const { period, segment } = asked
  const { result, refresh } = useScreenQuery(ExplorerQuery, asked)
  const trend = useScreenQuery(ExplorerTrendQuery, { product: product.key, period, segment, features: PAGE }).result
  useLiveRefresh(['feedback', 'incident', 'release'], refresh)

  const trends: Trends = new Map(
    trend.data?.product?.features.nodes.map(({ key, trend: points }) => [key, points.map(({ value }) => (value?.ranked ? value.score : null))]),
  )
  const change = (next: Partial<ExplorerSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })

  return (
    <>
      <Loaded page result={result} retry={refresh} rows={12}>
        {({ product: report }) => report && (
          <Screen report={report} search={search} period={period} trends={trends} onChange={change} />
        )}
      </Loaded>
    </>
  )
}

interface ScreenProps {
  report: Report
  search: ExplorerSearch
  period: { from: string; until: string }
  trends: Trends
  onChange: (next: Partial<ExplorerSearch>) => void
}

function Screen({ report, search, period, trends, onChange }: ScreenProps) {
  const words = useWords()
  const { key, name } = useProduct()
  const all = rowsOf(report)
  const inTeam = (row: Row) => !search.team || row.feature?.team?.key === search.team
  const rows = all.filter(inTeam)
  const whole = all.find((row) => !row.key)
  const isNew = !all.some((row) => row.key) && !search.release && !search.segment
  if (isNew) return <Suspense><FirstSteps product={key} /></Suspense>
  return (
    <>
      <PageHead title={`What ${words('customers')} value in ${name}`} lead={summaryOf(rows, words)}
        actions={<><Suspense><ReportMenu of={{ kind: 'VALUE', product: key, period, release: search.release, segment: search.segment }} /></Suspense><ButtonLink link={{ to: '/p/$product/compare', params: { product: key }, search: { segment: search.segment } }} icon="compare">Compare</ButtonLink></>} />
      <Filters report={report} search={search} period={period} onChange={onChange} />
      <Stack>
        {report.now.responses === 0 && <Quiet />}
        <Summary whole={whole} rows={rows} report={report} period={period} />
        {rows.length === 0
          ? <Empty title={`No ${words('feature')} to show`} action={<Button small onClick={() => onChange({ team: undefined, release: undefined, segment: undefined })}>Clear the filters</Button>}>
              Nothing matches these filters. A {words('feature')} is listed once it is created, with a {words('value')} from its first {words('responses')}.
            </Empty>
          : <Ranking rows={rows} trends={trends} search={search} period={period} onOrder={(order) => onChange({ order: order === 'rank' ? undefined : order })} />}
        <WhenSeen><Suspense><ProductWords period={period} release={search.release} segment={search.segment} /></Suspense></WhenSeen>
      </Stack>
    </>
  )
}

/** What to do where nobody has responded. */
function Quiet() {
  const words = useWords()
  const { manages } = useRights()
  return (
    <Empty title={`No ${words('responses')} in this period`} action={manages && (
      <Toolbar>
        <ButtonLink link={{ to: '/settings', search: { section: 'widget' } }} icon="code">Set up the widget</ButtonLink>
        <ButtonLink link={{ to: '/settings', search: { section: 'tokens' } }} icon="plus">Create a token</ButtonLink>
        <ImportLink />
      </Toolbar>
    )}>
      Choose a longer period, ask {words('customers')} with the widget, send {words('responses')} from your programs, or import a file.
    </Empty>
  )
}

function Filters({ report, search, period, onChange }: Omit<ScreenProps, 'trends'>) {
  const { segments, teams } = useSession()
  const words = useWords()
  const all = (label: string) => ({ value: '', label })
  const filtered = search.release ?? search.segment ?? search.team
  return (
    <div className={css.filters}>
      <Toolbar label="Filters">
        <PeriodFilter search={search} period={period} onChange={({ days, from, until }) => onChange({ days, from, until })} />
        <Select label={capital(words('release'))} quiet value={search.release ?? ''} active={Boolean(search.release)} onChange={(release) => onChange({ release: release || undefined })}
          choices={[all(`All ${words('releases')}`), ...report.releases.nodes.map(({ version }) => ({ value: version, label: `${capital(words('release'))} ${version}` }))]} />
        <Select label={capital(words('segment'))} quiet value={search.segment ?? ''} active={Boolean(search.segment)} onChange={(segment) => onChange({ segment: segment || undefined })}
          choices={[all(`All ${words('segments')}`), ...segments.map(({ key, name }) => ({ value: key, label: name }))]} />
        <Select label={capital(words('team'))} quiet value={search.team ?? ''} active={Boolean(search.team)} onChange={(team) => onChange({ team: team || undefined })}
          choices={[all(`All ${words('teams')}`), ...teams.map(({ key, name }) => ({ value: key, label: name }))]} />
        {filtered && <Button kind="ghost" small icon="close" onClick={() => onChange({ release: undefined, segment: undefined, team: undefined })}>Clear</Button>}
      </Toolbar>
    </div>
  )
}

function Summary({ whole, rows, report, period }: { whole: Row | undefined; rows: Row[]; report: Report; period: ScreenProps['period'] }) {
  const words = useWords()
  const clear = rows.filter((row) => row.key && row.change?.clear)
  const down = clear.filter((row) => (row.change?.estimate ?? 0) < 0).length
  const responses = report.now.responses
  const earlier = report.before.responses
  return (
    <Stats>
      <Stat label={`${capital(words('product'))} as a whole`}
        value={whole?.value.ranked ? score(whole.value.score, whole.value) : '–'} unit={whole?.value.ranked ? plusMinus(whole.value) : undefined}
        note={whole?.change ? <><Change {...whole.change} /> against the previous period</> : `Too few ${words('responses')}`} />
      <Stat label={capital(words('responses'))} value={count(responses)}
        note={earlier > 0 ? `${count(earlier)} in the previous period` : periodText(period)} />
      <Stat label={'Clear changes'} value={clear.length} unit={`of ${plural(rows.filter((row) => row.key).length, words('feature'), words('features'))}`}
        note={clear.length > 0 ? `${down} worse, ${clear.length - down} better` : 'All within chance'} />
      <Stat label="Period" value={<span>{periodText(period).replace(/ \d{4}$/, '')}</span>} note={`Compared with ${periodText(before(period))}`} />
    </Stats>
  )
}
