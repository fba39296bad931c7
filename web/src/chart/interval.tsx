import { fixed } from '~/format/number'
import { classes } from '~/ui/parts'
import css from './interval.module.css'
import { linear, ticks } from './scale'

/** Positions are shares of the width, so that a row needs not know how wide it is: many are drawn, and none is measured. */
export function shares(domain: [number, number]): (value: number) => string {
  const x = linear(domain, [0, 100])
  return (value) => `${x(value).toFixed(2)}%`
}

interface IntervalProps {
  domain: [number, number]
  estimate: number
  lower: number | null
  upper: number | null
  before?: number | null
  /** A line across all rows that share the scale, such as the average. */
  mark?: number | null
  tone?: 'regressed' | 'improved' | 'quiet' | 'series'
  /** Too little is known to compare it with others. */
  thin?: boolean
  height?: number
  zero?: boolean
  label: string
}

/** One estimate with its interval, in a row of many on one scale. */
export function IntervalRow({ domain, estimate, lower, upper, before, mark, tone = 'series', thin, height = 44, zero, label }: IntervalProps) {
  const x = shares(domain)
  const inside = (value: number) => x(Math.min(domain[1], Math.max(domain[0], value)))
  const middle = height / 2
  return (
    <div className={css.inset}>
      <svg className={classes(css.svg, thin && css.thin, tone !== 'series' && css[tone])} height={height} role="img" aria-label={label}>
        {ticks(domain, 5).map((tick) => <line key={tick} className={zero && tick === 0 ? css.zero : css.grid} x1={x(tick)} x2={x(tick)} y1={-6} y2={height + 6} />)}
        {mark != null && <line className={css.mean} x1={x(mark)} x2={x(mark)} y1={-6} y2={height + 6} />}
        {before != null && (
          <>
            <line className={css.move} x1={inside(before)} x2={inside(estimate)} y1={middle} y2={middle} />
            <circle className={css.before} cx={inside(before)} cy={middle} r={3.5} />
          </>
        )}
        {lower !== null && upper !== null && <line className={css.interval} x1={inside(lower)} x2={inside(upper)} y1={middle} y2={middle} />}
        <circle className={css.dot} cx={inside(estimate)} cy={middle} r={4.5} />
      </svg>
    </div>
  )
}

/** The scale above such rows. */
export function IntervalAxis({ domain, signs }: { domain: [number, number]; signs?: boolean }) {
  const x = shares(domain)
  return (
    <div className={css.inset}>
      <span className="visually-hidden">From {fixed(domain[0])} to {fixed(domain[1])}</span>
      <svg aria-hidden="true" className={css.svg} height={14}>
        {ticks(domain, 5).map((tick) => (
          <text key={tick} className={css.axis} x={x(tick)} y={11}>{signs && tick > 0 ? `+${fixed(tick)}` : fixed(tick)}</text>
        ))}
      </svg>
    </div>
  )
}

/** At least so many points are drawn from top to bottom: chance must not look like a fall. */
const LEAST_SPAN = 16

/** A small line without axes: the course, not the numbers. */
export function Sparkline({ values }: { values: (number | null)[] }) {
  const [width, height] = [88, 24]
  const x = linear([0, Math.max(1, values.length - 1)], [2, width - 4])
  const known = values.filter((value) => value !== null)
  const middle = (Math.min(...known) + Math.max(...known)) / 2
  const half = Math.max(LEAST_SPAN, Math.max(...known) - Math.min(...known)) / 2
  const y = linear([middle - half, middle + half], [height - 3, 3])
  const points = values.flatMap((value, index) => (value === null ? [] : [[x(index), y(value)] as const]))
  const last = points.at(-1)
  if (!last) return null
  return (
    <svg width={width} height={height} aria-hidden="true">
      <polyline className={css.spark} points={points.map((point) => point.join()).join(' ')} />
      <circle className={css.last} cx={last[0]} cy={last[1]} r={2.25} />
    </svg>
  )
}
