import { useState, type PointerEvent } from 'react'
import { addDays, longDay, shortDay } from '~/format/date'
import { fixed } from '~/format/number'
import { scoreOfEvidence } from './evidence'
import css from './evidence-chart.module.css'
import { dayScale, dayTicks, linear } from './scale'
import { useWidth } from './width'

const LEFT = 34
const RIGHT = 64
const TOP = 14
const HEIGHT = 170
const WATCH = 30
const START = 10

interface Props {
  path: { asOf: string; logEvidence: number }[]
  flagged: string | null
  label: string
}

/** How the probability that it got worse moved, day by day, with what each verdict needs. */
export function EvidenceChart({ path, flagged, label }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>(480)
  const [at, setAt] = useState<number | null>(null)
  const first = path[0]
  const last = path.at(-1)
  if (!first || !last) return null
  const until = addDays(last.asOf, 1)
  const x = dayScale(first.asOf, until, LEFT, width - RIGHT)
  const y = linear([0, 100], [TOP + HEIGHT, TOP])
  const points = path.map(({ asOf, logEvidence }) => ({ day: asOf, x: x.of(asOf), y: y(scoreOfEvidence(logEvidence)), score: scoreOfEvidence(logEvidence) }))
  const shown = at === null ? null : points[at]
  const end = points.at(-1)
  const late = flagged !== null && x.of(flagged) > width * 0.6
  const onMove = (event: PointerEvent) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left
    const index = points.findIndex((point) => point.x >= left)
    setAt(index < 0 ? points.length - 1 : index)
  }
  return (
    <div ref={ref} className={css.frame}>
      <svg data-chart className={css.svg} height={TOP + HEIGHT + 24} viewBox={`0 0 ${width} ${TOP + HEIGHT + 24}`} role="img"
        aria-label={`${label}: from ${fixed(points[0]?.score ?? 0)} on ${longDay(first.asOf)} to ${fixed(end?.score ?? 0)} on ${longDay(last.asOf)}`}
        onPointerMove={onMove} onPointerLeave={() => setAt(null)}>
        <rect className={css.zone} x={LEFT} width={width - LEFT - RIGHT} y={TOP} height={y(WATCH) - TOP} />
        {[0, 50, 100].map((tick) => (
          <g key={tick}>
            <line className={css.grid} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text className={css.tick} x={LEFT - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">{tick}</text>
          </g>
        ))}
        <line className={css.threshold} x1={LEFT} x2={width - RIGHT} y1={y(WATCH)} y2={y(WATCH)} />
        <text className={css.note} x={width - RIGHT + 8} y={y(WATCH)} dominantBaseline="middle">watch</text>
        <text className={css.note} x={width - RIGHT + 8} y={y(START)} dominantBaseline="middle">start</text>
        {dayTicks(first.asOf, until, width - LEFT - RIGHT).map((tick) => (
          <text key={tick.day} className={css.tick} x={x.of(tick.day)} y={TOP + HEIGHT + 18} textAnchor="middle">{tick.label}</text>
        ))}
        {flagged && flagged >= first.asOf && (
          <g>
            <line className={css.flag} x1={x.of(flagged)} x2={x.of(flagged)} y1={TOP} y2={TOP + HEIGHT} />
            <text className={css.flagText} x={x.of(flagged) + (late ? -5 : 5)} y={TOP + HEIGHT - 30} textAnchor={late ? 'end' : 'start'}>first flagged {shortDay(flagged)}</text>
          </g>
        )}
        <polyline className={css.line} points={points.map((point) => `${point.x},${point.y}`).join(' ')} />
        {end && <circle className={css.dot} cx={end.x} cy={end.y} r={4} />}
        {end && <text className={css.end} x={width - RIGHT + 8} y={Math.min(end.y, y(WATCH) - 14)} dominantBaseline="middle">{fixed(end.score)}</text>}
        {shown && (
          <g data-export="no">
            <line className={css.cross} x1={shown.x} x2={shown.x} y1={TOP} y2={TOP + HEIGHT} />
            <circle className={css.dot} cx={shown.x} cy={shown.y} r={4} />
            <text className={css.read} x={Math.min(shown.x + 8, width - RIGHT - 90)} y={TOP + 12}>{shortDay(shown.day)}: {fixed(shown.score, 1)}</text>
          </g>
        )}
      </svg>
    </div>
  )
}
