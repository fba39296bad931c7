import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { addDays, periodText, type Days } from '~/format/date'
import { count, fixed } from '~/format/number'
import { lanesOf } from './lanes'
import { dayScale, dayTicks, linear, ticks } from './scale'
import { brushed, flags, valueDomain, within, type AnnouncementMark, type Bar, type ReleaseMark, type Series } from './time-model'
import { TimeTip, tipText } from './time-tip'
import css from './time.module.css'
import { useWidth } from './width'

const LEFT = 34
const RIGHT = 10
const FLAGS = 44
const VALUE = 220
const GAP = 36
const INCIDENTS = 44
const RESPONSES = 40
const AXIS = 22
/** Height of a line of announcements, and the most of them. */
const LANE = 11
const MOST_LANES = 3

export interface TimeChartProps {
  shown: Days
  series: Series[]
  bars: Bar[]
  releases: ReleaseMark[]
  announcements?: AnnouncementMark[]
  label: string
  words: { none: string; incidents: string; responses: string; release: string; announcements?: string }
  /** Without it, the chart cannot be zoomed. */
  onZoom?: (period: Days) => void
}

/** Value, incidents and responses on one time axis, with releases as marks; drag to zoom, arrows to read it by keyboard. */
export function TimeChart({ shown, series, bars, releases, announcements = [], label, words, onZoom }: TimeChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const [day, setDay] = useState<string | null>(null)
  const start = useRef<string | null>(null)
  const [brush, setBrush] = useState<[string, string] | null>(null)

  const x = dayScale(shown.from, shown.until, LEFT, width - RIGHT)
  const drawn = series.map((one) => ({ ...one, points: one.points.filter(within(shown)) }))
  const isEmpty = drawn.every(({ points }) => points.length === 0)
  const domain = valueDomain(drawn)
  const y = linear(domain, [FLAGS + VALUE, FLAGS])
  const announced = announcements.filter(({ day: first, last }) => last >= shown.from && first < shown.until)
  const lanes = lanesOf(announced.map(({ day: first, last }) => ({ from: x.of(first), until: Math.max(x.of(addDays(last, 1)), x.of(first) + LANE) })))
  const lanesTop = FLAGS + VALUE + GAP
  const lanesHeight = Math.min(MOST_LANES, Math.max(0, ...lanes.map((lane) => lane + 1))) * LANE
  const incidentsTop = lanesHeight > 0 ? lanesTop + lanesHeight + GAP : lanesTop
  const responsesTop = incidentsTop + INCIDENTS + GAP
  const bottom = responsesTop + RESPONSES
  const counted = bars.filter((bar) => bar.until > shown.from && bar.from < shown.until)
  const marks = releases.filter(within(shown))

  const dayOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const found = x.dayAt(Math.min(width - RIGHT - 1, Math.max(LEFT, event.clientX - box.left)))
    return found
  }
  function onPointerMove(event: PointerEvent) {
    const found = dayOf(event)
    setDay(found)
    if (start.current) setBrush([start.current, found])
  }
  function onPointerUp(event: PointerEvent) {
    const period = start.current ? brushed(start.current, dayOf(event), shown) : null
    start.current = null
    setBrush(null)
    if (period) onZoom?.(period)
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }[event.key]
    if (!step) return
    event.preventDefault()
    const next = addDays(day ?? shown.from, day ? step : 0)
    if (next >= shown.from && next < shown.until) setDay(next)
  }

  const [first] = drawn[0]?.points ?? []
  return (
    <div ref={ref} className={css.figure}>
      <svg data-chart className={css.svg} height={bottom + AXIS} viewBox={`0 0 ${width} ${bottom + AXIS}`}
        role="slider" tabIndex={0} aria-label={`${label}. Arrow keys read it day by day`} aria-valuemin={0} aria-valuemax={100}
        aria-valuenow={Math.round(first?.value ?? 0)} aria-valuetext={day ? tipText(day, drawn, counted, marks, announced) : 'No day chosen'}
        onPointerDown={(event) => { start.current = event.pointerType === 'touch' || !onZoom ? null : dayOf(event) }} onPointerMove={onPointerMove} onPointerUp={onPointerUp}
        onPointerLeave={() => { setDay(null); start.current = null; setBrush(null) }} onBlur={() => setDay(null)} onKeyDown={onKeyDown}>
        {!isEmpty && ticks(domain, 4).map((tick) => (
          <g key={tick}>
            <line className={css.grid} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text className={css.tick} x={LEFT - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">{fixed(tick)}</text>
          </g>
        ))}
        {dayTicks(shown.from, shown.until, width - LEFT - RIGHT).map((tick) => (
          <g key={tick.day}>
            <line className={css.grid} x1={x.of(tick.day)} x2={x.of(tick.day)} y1={FLAGS} y2={bottom} />
            <text className={css.tick} x={x.of(tick.day)} y={bottom + 16} textAnchor="middle">{tick.label}</text>
          </g>
        ))}
        <Releases releases={marks} x={x.of} range={[LEFT, width - RIGHT]} bottom={bottom} />
        {isEmpty && <text className={css.none} x={(LEFT + width - RIGHT) / 2} y={FLAGS + VALUE / 2} textAnchor="middle">{words.none}</text>}
        {drawn.map((one) => <Line key={one.label} series={one} x={x.of} y={y} />)}
        {lanesHeight > 0 && <text className={css.panel} x={LEFT} y={lanesTop - 8}>{words.announcements}</text>}
        {announced.map(({ id, day: first, last }, index) => (lanes[index] ?? 0) < MOST_LANES && (
          <rect key={id} className={css.announced} x={Math.max(LEFT, x.of(first))} y={lanesTop + (lanes[index] ?? 0) * LANE} height={LANE - 3} rx={4}
            width={Math.max(LANE - 3, Math.min(x.of(addDays(last, 1)), width - RIGHT) - Math.max(LEFT, x.of(first)))} />
        ))}
        <Bars title={words.incidents} bars={counted} of={(bar) => bar.incidents} x={x} top={incidentsTop} height={INCIDENTS} look={css.incidents} shown={shown} />
        <Bars title={words.responses} bars={counted} of={(bar) => bar.responses} x={x} top={responsesTop} height={RESPONSES} look={css.responses} shown={shown} />
        {brush && <rect className={css.brush} data-export="no" x={Math.min(x.of(brush[0]), x.of(brush[1]))} width={Math.abs(x.of(brush[1]) - x.of(brush[0]))} y={FLAGS} height={bottom - FLAGS} />}
        {day && <Cross day={day} series={drawn} x={x.of} y={y} bottom={bottom} />}
      </svg>
      {day && !brush && <TimeTip day={day} left={x.of(day)} width={width} series={drawn} bars={counted} releases={marks} announcements={announced} words={words} />}
      {brush && <span className="visually-hidden" role="status">{periodText({ from: brush[0], until: addDays(brush[1], 1) })}</span>}
    </div>
  )
}

function Line({ series: { points, tone }, x, y }: { series: Series; x: (day: string) => number; y: (value: number) => number }) {
  const upper = points.map((point) => `${x(point.day)},${y(point.upper)}`)
  const lower = points.map((point) => `${x(point.day)},${y(point.lower)}`).reverse()
  const last = points.at(-1)
  return (
    <g>
      <polygon className={css[`band${tone}`]} points={[...upper, ...lower].join(' ')} />
      <polyline className={css[`line${tone}`]} points={points.map((point) => `${x(point.day)},${y(point.value)}`).join(' ')} />
      {last && <circle className={css[`dot${tone}`]} cx={x(last.day)} cy={y(last.value)} r={4} />}
    </g>
  )
}

function Releases({ releases, x, range, bottom }: { releases: ReleaseMark[]; x: (day: string) => number; range: [number, number]; bottom: number }) {
  return (
    <g>
      {releases.map(({ day, version }) => <line key={version} className={css.release} x1={x(day)} x2={x(day)} y1={FLAGS - 4} y2={bottom} />)}
      {flags(releases, x, range).map((flag) => (
        <g key={flag.version} transform={`translate(${flag.x}, ${FLAGS - 22 - flag.row * 20})`}>
          <rect className={css.flag} x={-flag.width / 2} width={flag.width} height={17} rx={4} />
          <text className={css.flagText} y={12.5}>{flag.version}</text>
        </g>
      ))}
    </g>
  )
}

interface BarsProps {
  title: string
  bars: Bar[]
  of: (bar: Bar) => number
  x: ReturnType<typeof dayScale>
  top: number
  height: number
  look: string | undefined
  shown: Days
}

function Bars({ title, bars, of, x, top, height, look, shown }: BarsProps) {
  const highest = Math.max(0, ...bars.map(of))
  const most = Math.max(1, highest)
  const scale = linear([0, most], [0, height])
  return (
    <g>
      <text className={css.panel} x={LEFT} y={top - 8}>{title}</text>
      <text className={css.tick} x={LEFT - 8} y={top + 4} textAnchor="end">{highest > 0 && count(highest)}</text>
      <line className={css.base} x1={x.of(shown.from)} x2={x.of(shown.until)} y1={top + height} y2={top + height} />
      {bars.filter((bar) => of(bar) > 0).map((bar) => {
        const from = Math.max(x.of(bar.from), LEFT)
        const width = Math.max(1, Math.min(x.of(bar.until), x.of(shown.until)) - from - 1)
        return <rect key={bar.from} className={bar.complete ? look : `${look} ${css.partial}`} x={from} width={width} y={top + height - scale(of(bar))} height={scale(of(bar))} rx={1.5} />
      })}
    </g>
  )
}

function Cross({ day, series, x, y, bottom }: { day: string; series: Series[]; x: (day: string) => number; y: (value: number) => number; bottom: number }) {
  return (
    <g data-export="no">
      <line className={css.cross} x1={x(day)} x2={x(day)} y1={FLAGS} y2={bottom} />
      {series.map(({ points, tone, label }) => {
        const point = points.reduce<(typeof points)[number] | null>((best, one) => (one.day <= day || !best ? one : best), null)
        return point && <circle key={label} className={css[`dot${tone}`]} cx={x(point.day)} cy={y(point.value)} r={4} />
      })}
    </g>
  )
}

export function TimeLegend({ series }: { series: Series[] }) {
  return (
    <p className={css.legend}>
      {series.map(({ label, tone }) => <span key={label}><i className={`${css.swatch} ${css[`swatch${tone}`]}`} />{label}</span>)}
    </p>
  )
}
