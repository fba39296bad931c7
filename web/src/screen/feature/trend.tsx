import { useRef } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { TimeChart, TimeLegend } from '~/chart/time'
import { pointsOf, type AnnouncementMark, type Bar, type Series } from '~/chart/time-model'
import { before, length, periodText, today, type Days } from '~/format/date'
import { capital, useWords } from '~/format/vocabulary'
import { KINDS } from '~/part/announcement'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, Select } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import { FeatureTimelineQuery, type Announced } from './query'
import type { FeatureSearch } from './search'
import css from './view.module.css'

/** Up to so many days a chart has a point a day. */
const DAILY = 60

interface Props {
  feature: string
  name: string
  others: { key: string; name: string }[]
  period: Days
  search: FeatureSearch
  onChange: (next: Partial<FeatureSearch>) => void
}

export function Trend({ feature, name, others, period, search, onChange }: Props) {
  const { key: product, timeZone } = useProduct()
  const words = useWords()
  const frame = useRef<HTMLDivElement>(null)
  const zoomed = Boolean(search.zoomFrom && search.zoomUntil)
  const shown = search.zoomFrom && search.zoomUntil ? { from: search.zoomFrom, until: search.zoomUntil } : period
  const daily = length(shown) <= DAILY
  const { result, refresh } = useScreenQuery(FeatureTimelineQuery, {
    product, feature, shown, step: daily ? 'DAY' : 'WEEK', trendStep: daily ? 'DAY' : 'WEEK',
    release: search.release, segment: search.segment,
    beside: search.beside ?? feature, withBeside: Boolean(search.beside),
    before: before(shown), withBefore: search.earlier === 'yes',
    moments: { from: `${shown.from}T00:00:00Z`, until: `${shown.until}T00:00:00Z` },
  })
  useLiveRefresh(['feedback', 'incident', 'announcement'], refresh)
  const chartWords = { none: `Too few ${words('responses')} to draw the ${words('value')}`, incidents: `${capital(words('incidents'))} opened`, responses: capital(words('responses')), release: capital(words('release')), announcements: capital(words('announcements')) }
  return (
    <Card title="Over time" note={`${capital(words('value'))} of the 28 days up to each ${daily ? 'day' : 'week'}, with its 90% interval. Drag across the chart to zoom.`}
      actions={
        <>
          {zoomed && <Button small icon="close" onClick={() => onChange({ zoomFrom: undefined, zoomUntil: undefined })}>Whole period</Button>}
          <Button small aria-pressed={search.earlier === 'yes'} kind={search.earlier ? 'primary' : 'plain'} onClick={() => onChange({ earlier: search.earlier ? undefined : 'yes' })}>Previous period</Button>
          <Select label={`Compare with another ${words('feature')}`} quiet value={search.beside ?? ''} active={Boolean(search.beside)} onChange={(beside) => onChange({ beside: beside || undefined })}
            choices={[{ value: '', label: 'Compare with…' }, ...others.map((other) => ({ value: other.key, label: other.name }))]} />
          <ExportMenu title={`${name} over time`} chart={frame} table={() => csv(seriesOf(result.data), barsOf(result.data))} />
        </>
      }>
      <Loaded result={result} retry={refresh} rows={10}>
        {(data) => {
          const series = seriesOf(data)
          return (
            <div ref={frame} className={css.trend}>
              <TimeLegend series={series} />
              <TimeChart shown={shown} series={series} bars={barsOf(data)} label={`${name} over time, ${periodText(shown)}`} words={chartWords}
                releases={data.feature?.timeline.releases.map(({ day, release }) => ({ day, version: release.version })) ?? []}
                announcements={data.feature?.announcements.nodes.map((one) => marked(one, timeZone))}
                onZoom={({ from, until }) => onChange({ zoomFrom: from, zoomUntil: until })} />
            </div>
          )
        }}
      </Loaded>
    </Card>
  )

  function seriesOf(data: typeof result.data): Series[] {
    const series: Series[] = [{ label: name, tone: '1', points: pointsOf(data?.feature?.trend) }]
    if (search.earlier) series.unshift({ label: 'Previous period', tone: 'Base', points: pointsOf(data?.feature?.before, length(shown)) })
    if (data?.beside && search.beside) series.push({ label: data.beside.name, tone: '2', points: pointsOf(data.beside.trend) })
    return series.toSorted((left, right) => Number(left.tone === 'Base') - Number(right.tone === 'Base') || 0)
  }

  function barsOf(data: typeof result.data): Bar[] {
    return (data?.feature?.timeline.points ?? []).map((point) => ({
      ...point.period, incidents: point.incidentsOpened, responses: point.responses, lost: point.customerDaysLost, complete: point.complete,
    }))
  }
}

function marked({ id, kind, title, planned: { from, until } }: Announced, timeZone: string): AnnouncementMark {
  return { id, title, kind: KINDS[kind].label, day: today(timeZone, new Date(from)), last: today(timeZone, new Date(until ?? from)) }
}

function csv(series: Series[], bars: Bar[]) {
  return [
    ['series', 'day', 'value', 'lower', 'upper'],
    ...series.flatMap(({ label, points }) => points.map(({ day, value, lower, upper }) => [label, day, value, lower, upper])),
    ...bars.map(({ from, incidents }) => ['incidents opened', from, incidents]),
    ...bars.map(({ from, responses }) => ['responses', from, responses]),
  ]
}
