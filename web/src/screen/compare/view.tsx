import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useSession } from '~/app/session'
import { barsOf, Distribution, ratingsTable } from '~/chart/distribution'
import type { Figure } from '~/chart/figure'
import { IntervalAxis } from '~/chart/interval'
import { PairRow } from '~/chart/pair'
import { niceDomain } from '~/chart/scale'
import { today } from '~/format/date'
import { count, fixed, plural, plusMinus, range, score } from '~/format/number'
import { periodOf } from '~/format/period'
import { capital, useSaid, useWords, type Words } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Card, classes, Input, PageHead, Segmented, Select, Stack, Toolbar } from '~/ui/parts'
import { PeriodFilter } from '~/ui/period-filter'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Change } from '~/ui/verdict'
import { CompareChoicesQuery, CompareQuery, type CompareData } from './query'
import type { CompareSearch, Kind } from './search'
import { pairsOf, sidesOf, type Pair, type Side } from './sides'
import css from './view.module.css'

export default function Compare() {
  const product = useProduct()
  const { segments } = useSession()
  const search: CompareSearch = useSearch({ from: '/p/$product/compare' })
  const navigate = useNavigate({ from: '/p/$product/compare' })
  const words = useWords()
  const choices = useScreenQuery(CompareChoicesQuery, { product: product.key }, { hidden: true }).result
  const releases = choices.data?.product?.releases.nodes ?? []
  const now = today(product.timeZone)
  const { left, right } = sidesOf(search, now, { releases, segments })
  const waits = (search.kind ?? 'releases') === 'releases' && !choices.data
  const kind = search.kind ?? 'releases'
  const noun = kind === 'releases' ? words('releases') : 'segments'
  const isMissing = (kind === 'releases' && Boolean(choices.data) && releases.length < 2) || (kind === 'segments' && segments.length < 2)
  const { result, refresh } = useScreenQuery(CompareQuery, {
    product: product.key,
    leftPeriod: left.period, leftRelease: left.release, leftSegment: left.segment,
    rightPeriod: right.period, rightRelease: right.release, rightSegment: right.segment,
  }, { pause: waits || isMissing })
  const change = (next: Partial<CompareSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })

  return (
    <>
      <PageHead title={isMissing ? `Compare ${noun}` : <>{left.label} <span className={css.against}>and</span> {right.label}</>}
        lead={isMissing ? `There is nothing to compare yet: it takes two ${noun}.` : result.data?.product ? summary(pairsOf(result.data.product), left, right, kind, words) : `What ${words('customers')} value, side by side.`} />
      <Choice search={search} left={left} right={right} releases={releases} now={now} onChange={change} />
      {!isMissing && <Loaded result={result} retry={refresh} rows={12}>
        {({ product: found }) => found && (
          <Stack>
            <Table data={found} left={left} right={right} />
            <Ratings data={found} left={left} right={right} />
          </Stack>
        )}
      </Loaded>}
    </>
  )
}

const RELATIONS: Record<Kind, string> = { releases: 'with', periods: 'in', segments: 'for' }

function summary(all: Pair[], left: Side, right: Side, kind: Kind, words: Words): string {
  // The product as a whole is none of its features.
  const pairs = all.filter(({ key }) => key)
  const clear = pairs.filter((pair) => pair.difference?.clear)
  if (!pairs.some((pair) => pair.difference)) return `One side has too few ${words('responses')} to compare.`
  if (clear.length === 0) return `No ${words('feature')} differs clearly.`
  const top = clear[0]
  const points = top?.difference?.estimate ?? 0
  return `${plural(clear.length, `${words('feature')} differs`, `${words('features')} differ`)} clearly; most of all ${top?.name}, ${fixed(Math.abs(points))} points ${points > 0 ? 'higher' : 'lower'} ${RELATIONS[kind]} ${right.label} than ${RELATIONS[kind]} ${left.label}.`
}

interface ChoiceProps {
  search: CompareSearch
  left: Side
  right: Side
  releases: { version: string; title: string | null }[]
  now: string
  onChange: (next: Partial<CompareSearch>) => void
}

function Choice({ search, left, right, releases, now, onChange }: ChoiceProps) {
  const { segments } = useSession()
  const words = useWords()
  const kind = search.kind ?? 'releases'
  const period = periodOf(search, now)
  const options = kind === 'releases'
    ? releases.map(({ version, title }) => ({ value: version, label: title ? `${version}, ${title}` : version }))
    : segments.map(({ key, name }) => ({ value: key, label: name }))
  return (
    <div className={css.choice}>
      <Toolbar label="What is compared">
        <Segmented label="Compare" value={kind} onChange={(next: Kind) => onChange({ kind: next, left: undefined, right: undefined })}
          choices={[{ value: 'releases', label: capital(words('releases')) }, { value: 'periods', label: 'Periods' }, { value: 'segments', label: capital(words('segments')) }]} />
        {kind !== 'periods' && options.length < 2 ? null : kind === 'periods' ? <Other key={`${left.period.from} ${left.period.until}`} period={left.period} onChange={(from, until) => onChange({ otherFrom: from, otherUntil: until })} /> : (
          <>
            <span className={css.side}><i className={css.left} /><Select label="Left" quiet value={left.release ?? left.segment ?? ''} choices={options} onChange={(next) => onChange({ left: next })} /></span>
            <span className={css.side}><i className={css.right} /><Select label="Right" quiet value={right.release ?? right.segment ?? ''} choices={options} onChange={(next) => onChange({ right: next })} /></span>
          </>
        )}
        <span className={css.side}>{kind === 'periods' && <i className={css.right} />}<PeriodFilter search={search} period={period} onChange={(next) => onChange({ days: next.days, from: next.from, until: next.until })} /></span>
      </Toolbar>
    </div>
  )
}

function Other({ period, onChange }: { period: { from: string; until: string }; onChange: (from: string, until: string) => void }) {
  const [from, setFrom] = useState(period.from)
  const [until, setUntil] = useState(period.until)
  const apply = (first: string, last: string) => { if (first && last && first < last) onChange(first, last) }
  return (
    <span className={css.side}>
      <i className={css.left} />
      <Input type="date" aria-label="First day of the other period" value={from} onChange={(event) => { setFrom(event.target.value); apply(event.target.value, until) }} />
      <Input type="date" aria-label="Day after the last of the other period" value={until} onChange={(event) => { setUntil(event.target.value); apply(from, event.target.value) }} />
    </span>
  )
}

function Table({ data, left, right }: { data: CompareData; left: Side; right: Side }) {
  const { key: product } = useProduct()
  const words = useWords()
  const say = useSaid()
  const pairs = pairsOf(data)
  if (data.left.responses + data.right.responses === 0) return <Empty title={`No ${words('responses')} on either side`}>Choose a longer period.</Empty>
  const domain = niceDomain(pairs.flatMap((pair) => [pair.left, pair.right].flatMap((value) => (value?.ranked ? [value.lower, value.upper] : []))), { floor: 0, ceiling: 100, margin: 0.02, wanted: 8 })
  return (
    <Card flush title={`${capital(words('value'))} by ${words('feature')}`} note="A difference is clear if its 90% interval excludes zero. Clear ones come first."
      actions={<><span className={css.side}><i className={css.left} />{left.label} ({count(data.left.responses)})</span><span className={css.side}><i className={css.right} />{right.label} ({count(data.right.responses)})</span>
        <ExportMenu title={`${left.label} and ${right.label}`} figure={() => figureOf(pairs, domain, left, right)} table={() => csv(pairs)} /></>}>
      <table className={classes(table.table, css.table)}>
        <thead><tr><th className={css.name}>{capital(words('feature'))}</th><th className={css.chart}><IntervalAxis domain={domain} /></th><th className={classes(table.number, css.number)}>{left.label}</th><th className={classes(table.number, css.number)}>{right.label}</th><th className={classes(table.number, css.difference)}>Difference</th></tr></thead>
        <tbody>
          {pairs.map(({ key, name, left: one, right: other, difference }) => (
            <tr key={key}>
              <th scope="row" className={css.name}>{key ? <Link className={table.main} to="/p/$product/features/$feature" params={{ product, feature: key }}>{name}</Link> : <i className={table.muted}>{say(name)}</i>}</th>
              <td className={css.chart}><PairRow domain={domain} left={one} right={other} label={`${key ? name : say(name)}: ${one ? score(one.score, one) : 'unknown'} and ${other ? score(other.score, other) : 'unknown'}`} /></td>
              <Value value={one} /><Value value={other} />
              <td className={classes(table.number, css.difference)}>{difference ? <><Change {...difference} /><span className={table.sub}>{range(difference)}</span></> : <span className={table.muted}>too few responses</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}

function Value({ value }: { value: Pair['left'] }) {
  const words = useWords()
  return (
    <td className={classes(table.number, css.number)}>
      {value ? <><span className={value.ranked ? css.score : table.muted}>{score(value.score, value)}</span> <small className={table.muted}>{plusMinus(value)}</small><span className={table.sub}>{plural(value.responses, words('response'), words('responses'))}</span></> : '–'}
    </td>
  )
}

function Ratings({ data, left, right }: { data: CompareData; left: Side; right: Side }) {
  const words = useWords()
  const asked = data.rightRatings.filter(({ responses }) => responses > 0).toSorted((a, b) => b.responses - a.responses)
  if (asked.length === 0) return null
  const groups = asked.map(({ scale, ratings }) => ({ scale, ratings, earlier: data.leftRatings.find((one) => one.scale.key === scale.key)?.ratings ?? [] }))
  return (
    <Card title={`${capital(words('responses'))} at each rating`} note={`Columns: ${right.label}. Lines: ${left.label}. Shares of each.`}
      actions={<ExportMenu title={`${words('responses')} of ${left.label} and ${right.label}`} figure={() => ({ kind: 'bars', legend: [`Columns: ${right.label}`, `Lines: ${left.label}`], groups: groups.map(({ scale, ratings, earlier }) => barsOf(scale, ratings, earlier)) })}
        table={() => ratingsTable(groups, [left.label, right.label])} />}>
      <div className={css.ratings}>
        {groups.map(({ scale, ratings, earlier }) => (
          <figure key={scale.key} style={{ flexGrow: ratings.length, flexBasis: `${ratings.length * 32}px` }}>
            <Distribution levels={ratings} before={earlier} scale={scale} label={scale.name} />
            <figcaption>{scale.name}</figcaption>
          </figure>
        ))}
      </div>
    </Card>
  )
}

const estimateOf = (value: NonNullable<Pair['left']>) => ({ estimate: value.score, lower: value.lower, upper: value.upper, text: `${score(value.score, value)} ${plusMinus(value)}` })

function figureOf(pairs: Pair[], domain: [number, number], left: Side, right: Side): Figure {
  const both = pairs.flatMap(({ name, left: one, right: other }) => (one && other ? [{ label: name, values: [estimateOf(one), estimateOf(other)] }] : []))
  return { kind: 'intervals', domain, legend: [left.label, right.label], rows: both }
}

function csv(pairs: Pair[]) {
  return [
    ['feature', 'left', 'left_lower', 'left_upper', 'left_responses', 'right', 'right_lower', 'right_upper', 'right_responses', 'difference', 'lower', 'upper'],
    ...pairs.map(({ name, left, right, difference }) => [
      name, left?.score, left?.lower, left?.upper, left?.responses, right?.score, right?.lower, right?.upper, right?.responses, difference?.estimate, difference?.lower, difference?.upper,
    ]),
  ]
}
