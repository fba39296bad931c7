import { fixed, signed } from '~/format/number'
import { linear, niceDomain, ticks } from './scale'
import css from './waterfall.module.css'
import { partsThatAddUp } from './parts'
import { useWidth } from './width'

export interface Part {
  label: string
  note: string
  points: number
}

const ROW = 44
const TOP = 8

/** How a score comes about: a start, what is added and taken away, and the sum. The numbers shown add up. */
export function Waterfall({ start, parts, total, totalLabel }: { start: Part; parts: Part[]; total: number; totalLabel: string }) {
  const [ref, width] = useWidth<HTMLDivElement>(480)
  const [shownStart = 0, ...shown] = partsThatAddUp([start.points, ...parts.map(({ points }) => points)], total)
  const labels = Math.min(210, Math.max(150, width * 0.42))
  const sums = parts.reduce<number[]>((all, { points }) => [...all, (all.at(-1) ?? start.points) + points], [])
  const domain = niceDomain([start.points, total, ...sums], { floor: 0, ceiling: 100, margin: 0.35 })
  const x = linear(domain, [labels, width - 44])
  const rows = parts.length + 2
  const height = TOP + rows * ROW + 18
  return (
    <div ref={ref}>
      <svg data-chart className={css.svg} height={height} viewBox={`0 0 ${width} ${height}`} role="img"
        aria-label={`${start.label} ${fixed(shownStart, 1)}, ${parts.map(({ label }, index) => `${label} ${signed(shown[index] ?? 0, 1)}`).join(', ')}: ${totalLabel} ${fixed(total, 1)}`}>
        {ticks(domain, 4).map((tick) => (
          <g key={tick}>
            <line className={css.grid} x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - 18} />
            <text className={css.tick} x={x(tick)} y={height - 4} textAnchor="middle">{fixed(tick)}</text>
          </g>
        ))}
        <Row at={0} label={start.label} note={start.note} />
        <rect className={css.total} x={x(domain[0])} width={Math.max(0, x(start.points) - x(domain[0]))} y={TOP + 11} height={22} rx={3} />
        <text className={css.number} x={x(start.points) + 6} y={TOP + ROW / 2} dominantBaseline="central">{fixed(shownStart, 1)}</text>
        {parts.map(({ label, note, points }, index) => {
          const from = sums[index - 1] ?? start.points
          const until = from + points
          const top = TOP + (index + 1) * ROW
          return (
            <g key={label}>
              <Row at={index + 1} label={label} note={note} />
              <line className={css.link} x1={x(from)} x2={x(from)} y1={top - 11} y2={top + 11} />
              <rect className={points < 0 ? css.down : css.up} x={Math.min(x(from), x(until))} width={Math.max(1.5, Math.abs(x(until) - x(from)))} y={top + 11} height={22} rx={3} />
              <text className={css.number} x={Math.max(x(from), x(until)) + 6} y={top + ROW / 2} dominantBaseline="central">{signed(shown[index] ?? 0, 1)}</text>
            </g>
          )
        })}
        <line className={css.link} x1={x(total)} x2={x(total)} y1={TOP + (rows - 1) * ROW - 11} y2={TOP + (rows - 1) * ROW + 11} />
        <Row at={rows - 1} label={totalLabel} note="" strong />
        <rect className={css.sum} x={x(domain[0])} width={Math.max(0, x(total) - x(domain[0]))} y={TOP + (rows - 1) * ROW + 11} height={22} rx={3} />
        <text className={css.strong} x={x(total) + 6} y={TOP + (rows - 1) * ROW + ROW / 2} dominantBaseline="central">{fixed(total, 1)}</text>
      </svg>
    </div>
  )
}

/** So many letters stand beside the bars. */
const LONGEST = 34

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text
}

function Row({ at, label, note, strong }: { at: number; label: string; note: string; strong?: boolean }) {
  const middle = TOP + at * ROW + ROW / 2
  return (
    <>
      <text className={strong ? css.strong : css.label} x={0} y={note ? middle - 5 : middle} dominantBaseline="central">{label}</text>
      {note && <text className={css.tick} x={0} y={middle + 10} dominantBaseline="central">{shortened(note)}{note.length > LONGEST && <title>{note}</title>}</text>}
    </>
  )
}
