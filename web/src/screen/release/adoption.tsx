import { useRef } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { longDay, shortDay } from '~/format/date'
import { count, percent } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { linear } from '~/chart/scale'
import { useWidth } from '~/chart/width'
import { ExportMenu } from '~/ui/export-menu'
import { Card } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import css from './adoption.module.css'
import { weeksOf, type Week } from './adoption-weeks'
import { AdoptionQuery } from './query'

/** How many of those who respond have the release, week by week. */
export function Adoption({ version }: { version: string }) {
  const { key: product } = useProduct()
  const words = useWords()
  const frame = useRef<HTMLDivElement>(null)
  const { result, refresh } = useScreenQuery(AdoptionQuery, { product, release: version })
  const weeks = weeksOf(result.data?.report?.tables ?? [])
  return (
    <Card title="Adoption" note={`Share of the ${words('responses')} of each week that name ${version}.`}
      actions={weeks.length > 0 && <ExportMenu title={`${version} adoption`} chart={frame} table={() => [['week_from', 'share', 'responses'], ...weeks.map(({ from, share, responses }) => [from, share, responses])]} />}>
      <Loaded result={result} retry={refresh} rows={3}>
        {() => weeks.length > 0 ? <div ref={frame}><Columns weeks={weeks} version={version} /></div> : <p className={table.muted}>No {words('response')} names it yet.</p>}
      </Loaded>
    </Card>
  )
}

const HEIGHT = 120
const TOP = 18
const LEFT = 38

function Columns({ weeks, version }: { weeks: Week[]; version: string }) {
  const [ref, width] = useWidth<HTMLDivElement>(480)
  const y = linear([0, 1], [TOP + HEIGHT, TOP])
  const room = (width - LEFT) / weeks.length
  const bar = Math.min(44, room * 0.7)
  const every = Math.ceil(58 / room)
  const last = weeks.at(-1)
  return (
    <div ref={ref}>
      <svg data-chart className={css.svg} height={TOP + HEIGHT + 24} viewBox={`0 0 ${width} ${TOP + HEIGHT + 24}`} role="img"
        aria-label={`Adoption of ${version}: ${weeks.map(({ from, share }) => `${longDay(from)} ${share === null ? 'unknown' : percent(share)}`).join(', ')}`}>
        {[0, 0.5, 1].map((tick) => (
          <g key={tick}>
            <line className={css.grid} x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
            <text className={css.tick} x={LEFT - 8} y={y(tick)} textAnchor="end" dominantBaseline="middle">{percent(tick)}</text>
          </g>
        ))}
        {weeks.map((week, index) => {
          const middle = LEFT + (index + 0.5) * room
          return (
            <g key={week.from}>
              <title>{`Week from ${longDay(week.from)}: ${week.share === null ? 'no response' : percent(week.share)} of ${count(week.responses)}`}</title>
              {week.share !== null && <rect className={css.bar} x={middle - bar / 2} width={bar} y={y(week.share)} height={y(0) - y(week.share)} rx={2} />}
              {week.share !== null && (room > 40 || week === last) && <text className={css.number} x={middle} y={y(week.share) - 5} textAnchor="middle">{percent(week.share)}</text>}
              {index % every === 0 && <text className={css.tick} x={middle} y={TOP + HEIGHT + 18} textAnchor="middle">{shortDay(week.from)}</text>}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
