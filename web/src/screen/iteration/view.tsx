import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { TimeChart, TimeLegend } from '~/chart/time'
import { pointsOf } from '~/chart/time-model'
import { before, length, periodText, today, type Days } from '~/format/date'
import { count, plural, plusMinus, score } from '~/format/number'
import { story } from '~/format/sentence'
import { capital, useWords } from '~/format/vocabulary'
import { findingOf } from '~/part/finding'
import { IncidentState, Severity } from '~/part/incident'
import { PreparednessCard } from '~/part/preparedness'
import ProductWords from '~/part/product-words'
import { ReportMenu } from '~/part/report-menu'
import { Responses } from '~/part/responses'
import { SentenceText } from '~/part/story'
import { Ranking } from '~/screen/explorer/ranking'
import { rowsOf, type Row } from '~/screen/explorer/rows'
import { summaryOf } from '~/screen/explorer/summary'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, Halves, PageHead, Stack, Stat, Stats, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Change, VerdictBadge } from '~/ui/verdict'
import { IterationChanges } from './changes'
import { IterationQuery, IterationReportQuery, IterationVoicesQuery, type IterationData, type IterationIncident, type IterationReport } from './query'
import css from './view.module.css'

const PAGE = 10
/** So many incidents are listed, the gravest first. */
const LISTED = 8

export default function Iteration() {
  const { product, iteration: id } = useParams({ from: '/p/$product/iterations/$iteration' })
  const words = useWords()
  const { result, refresh } = useScreenQuery(IterationQuery, { iteration: id })
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ iteration }) => iteration && (
        <>
          <PageHead title={iteration.name} lead={<Lead iteration={iteration} />}
            crumb={{ label: `All ${words('iterations')}`, link: { to: '/p/$product/iterations', params: { product } } }} actions={<ReportMenu of={{ kind: 'ITERATION', iteration: id }} />} />
          <Report id={id} period={{ from: iteration.period.from, until: iteration.period.until }} preparedness={iteration.preparedness} />
        </>
      )}
    </Loaded>
  )
}

/** Whether a period has begun and is not over. */
const runs = ({ from, until }: Days, now: string) => now >= from && now < until

function Lead({ iteration: { goal, period } }: { iteration: IterationData }) {
  const { timeZone } = useProduct()
  const now = today(timeZone)
  return (
    <>
      {[goal, periodText(period)].filter(Boolean).join(' · ')}
      {runs(period, now) && <> <Tag>day {length({ from: period.from, until: now }) + 1} of {length(period)}; updated live</Tag></>}
    </>
  )
}

function Report({ id, period, preparedness }: { id: string; period: Days; preparedness: IterationData['preparedness'] }) {
  const { key: product } = useProduct()
  const { seesCustomers } = useRights()
  const { order } = useSearch({ from: '/p/$product/iterations/$iteration' })
  const navigate = useNavigate({ from: '/p/$product/iterations/$iteration' })
  const words = useWords()
  const { result, refresh } = useScreenQuery(IterationReportQuery, { product, period, before: before(period), shipped: period })
  useLiveRefresh(['feedback', 'incident', 'release', 'verdict'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={10}>
      {({ product: report }) => {
        if (!report) return null
        const rows = rowsOf(report)
        const features = rows.filter(({ key }) => key)
        return (
          <Stack>
            <Numbers report={report} rows={rows} />
            <IterationChanges iteration={id} />
            <Releases releases={report.releases.nodes} />
            <PreparednessCard preparedness={preparedness} />
            <Course report={report} period={period} />
            {features.length > 0 && (
              <Ranking rows={rows} trends={null} search={{ ...period, order }} period={period} note={summaryOf(features, words)}
                onOrder={(next) => void navigate({ search: { order: next === 'rank' ? undefined : next }, replace: true, resetScroll: false })} />
            )}
            <ProductWords period={period} />
            {seesCustomers && <Voices period={period} />}
          </Stack>
        )
      }}
    </Loaded>
  )
}

function Numbers({ report, rows }: { report: IterationReport; rows: Row[] }) {
  const words = useWords()
  const whole = rows.find(({ key }) => !key)
  const opened = report.timeline.points.reduce((sum, { incidentsOpened }) => sum + incidentsOpened, 0)
  const openedBefore = report.past.points.reduce((sum, { incidentsOpened }) => sum + incidentsOpened, 0)
  const clear = rows.filter(({ key, change }) => key && change?.clear)
  const down = clear.filter(({ change }) => (change?.estimate ?? 0) < 0).length
  return (
    <Stats>
      <Stat label={`${capital(words('product'))} as a whole`} value={whole?.value.ranked ? score(whole.value.score, whole.value) : '–'} unit={whole?.value.ranked ? plusMinus(whole.value) : undefined}
        note={whole?.change ? <><Change {...whole.change} /> against the days before</> : `Too few ${words('responses')} to compare`} />
      <Stat label={capital(words('responses'))} value={count(report.now.responses)} note={`${count(report.before.responses)} in as many days before`} />
      <Stat label={`${capital(words('incidents'))} opened`} value={count(opened)} note={`${count(openedBefore)} in as many days before`} />
      <Stat label="Clear changes" value={clear.length} unit={`of ${plural(rows.filter(({ key }) => key).length, words('feature'), words('features'))}`}
        note={clear.length > 0 ? `${down} worse, ${clear.length - down} better` : 'All within chance'} />
    </Stats>
  )
}

function Releases({ releases }: { releases: IterationReport['releases']['nodes'] }) {
  const { key: product } = useProduct()
  const words = useWords()
  return (
    <Card title={`${capital(words('releases'))} shipped`}>
      {releases.length === 0 && <p className={table.muted}>None was shipped in these days.</p>}
      <ul className={css.releases}>
        {releases.map(({ id, version, title, regression }) => {
          const sentence = story(version, (regression?.features ?? []).map(findingOf))[0]
          return (
            <li key={id}>
              <Link className={css.version} to="/p/$product/releases/$version" params={{ product, version }}>{version}</Link>
              <span>{regression && <VerdictBadge verdict={regression.verdict} />}</span>
              <span>{sentence && <SentenceText {...sentence} />}{title && <span className={table.sub}>{title}</span>}</span>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

/** The product as a whole, day by day. */
function Course({ report, period }: { report: IterationReport; period: Days }) {
  const { name } = useProduct()
  const words = useWords()
  const frame = useRef<HTMLDivElement>(null)
  const series = [{ label: `${name} as a whole`, tone: '1' as const, points: pointsOf(report.trend) }]
  const bars = report.timeline.points.map((point) => ({
    ...point.period, incidents: point.incidentsOpened, responses: point.responses, lost: point.customerDaysLost, complete: point.complete,
  }))
  return (
    <Card title="Day by day" note={`${capital(words('value'))} of the 28 days up to each day, with its 90% interval.`}
      actions={<ExportMenu title={`${name} ${period.from}`} chart={frame} table={() => [
        ['day', 'value', 'lower', 'upper', 'incidents_opened', 'responses'],
        ...bars.map(({ from, incidents, responses }) => {
          const point = series[0]?.points.find(({ day }) => day === from)
          return [from, point?.value, point?.lower, point?.upper, incidents, responses]
        }),
      ]} />}>
      <div ref={frame}>
        <TimeLegend series={series} />
        <TimeChart shown={period} series={series} bars={bars} label={`${name} as a whole, ${periodText(period)}`}
          words={{ none: `Too few ${words('responses')} to draw the ${words('value')}`, incidents: `${capital(words('incidents'))} opened`, responses: capital(words('responses')), release: capital(words('release')) }}
          releases={report.timeline.releases.map(({ day, release }) => ({ day, version: release.version }))} />
      </div>
    </Card>
  )
}

function Voices({ period }: { period: Days }) {
  const { key: product } = useProduct()
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(IterationVoicesQuery, { product, days: period, first })
  useLiveRefresh(['feedback', 'incident'], refresh)
  return (
    <Loaded result={result} retry={refresh}>
      {({ product: found }) => found && (
        <Halves>
          <Incidents incidents={found.incidents.nodes} total={found.incidents.totalCount} />
          <Card flush title="Comments">
            {found.feedback.nodes.length === 0 && <div className={table.more}><Empty title="No comments" /></div>}
            <Responses responses={found.feedback.nodes} />
            {found.feedback.nodes.length < found.feedback.totalCount && (
              <p className={table.more}>{count(found.feedback.nodes.length)} of {count(found.feedback.totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>
            )}
          </Card>
        </Halves>
      )}
    </Loaded>
  )
}

function Incidents({ incidents, total }: { incidents: IterationIncident[]; total: number }) {
  const { key: product } = useProduct()
  const words = useWords()
  const listed = incidents.toSorted((left, right) => left.severity - right.severity).slice(0, LISTED)
  return (
    <Card title={`${capital(words('incidents'))} opened`} note={total > listed.length ? `${count(listed.length)} of ${count(total)}, the most severe first.` : undefined}>
      {listed.length === 0 && <p className={table.muted}>None was opened in these days.</p>}
      <ul className={css.incidents}>
        {listed.map(({ id, title, severity, state, features }) => (
          <li key={id}>
            <Severity severity={severity} />
            <span><Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: id }}>{title}</Link><span className={table.sub}>{features.map(({ name }) => name).join(', ')}</span></span>
            <IncidentState state={state} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
