import { shares } from './interval'
import { ticks } from './scale'
import css from './pair.module.css'

interface Estimate {
  score: number
  lower: number
  upper: number
  ranked: boolean
}

const HEIGHT = 48

/** Two estimates of one thing, one above the other, on the scale of the whole table. */
export function PairRow({ domain, left, right, label }: { domain: [number, number]; left: Estimate | null; right: Estimate | null; label: string }) {
  const x = shares(domain)
  const clamp = (value: number) => x(Math.min(domain[1], Math.max(domain[0], value)))
  const row = (estimate: Estimate | null, y: number, tone: string | undefined) => estimate && (
    <g className={estimate.ranked ? tone : css.thin}>
      <line className={css.interval} x1={clamp(estimate.lower)} x2={clamp(estimate.upper)} y1={y} y2={y} />
      <circle className={css.dot} cx={clamp(estimate.score)} cy={y} r={4.5} />
    </g>
  )
  return (
    <div className={css.inset}>
      <svg className={css.svg} height={HEIGHT} role="img" aria-label={label}>
        {ticks(domain, 5).map((tick) => <line key={tick} className={css.grid} x1={x(tick)} x2={x(tick)} y1={-6} y2={HEIGHT + 6} />)}
        {left?.ranked && right?.ranked && <line className={css.move} x1={clamp(left.score)} x2={clamp(right.score)} y1={16} y2={32} />}
        {row(left, 16, css.left)}
        {row(right, 32, css.right)}
      </svg>
    </div>
  )
}
