import { longDay, periodText } from '~/format/date'
import { count, fixed, plusMinus, score } from '~/format/number'
import type { Bar, ReleaseMark, Series, SeriesPoint } from './time-model'
import css from './time.module.css'

/** The last point up to a day: what was known then. */
export function pointAt(points: SeriesPoint[], day: string): SeriesPoint | null {
  return points.reduce<SeriesPoint | null>((best, point) => (point.day <= day || !best ? point : best), null)
}

function barAt(bars: Bar[], day: string): Bar | undefined {
  return bars.find((bar) => bar.from <= day && day < bar.until)
}

/** The same as the tip, for those who do not see it. */
export function tipText(day: string, series: Series[], bars: Bar[], releases: ReleaseMark[]): string {
  const values = series.flatMap(({ label, points }) => {
    const point = pointAt(points, day)
    return point ? [`${label} ${score(point.value, point)} ${plusMinus(point)}`] : []
  })
  const bar = barAt(bars, day)
  const counts = bar ? [`${bar.incidents} incidents opened, ${bar.responses} responses`] : []
  const shipped = releases.filter((release) => release.day === day).map(({ version }) => `release ${version}`)
  return [longDay(day), ...values, ...counts, ...shipped].join('. ')
}

interface Props {
  day: string
  left: number
  width: number
  series: Series[]
  bars: Bar[]
  releases: ReleaseMark[]
  words: { incidents: string; responses: string; release: string }
}

export function TimeTip({ day, left, width, series, bars, releases, words }: Props) {
  const bar = barAt(bars, day)
  const shipped = releases.filter((release) => bar && release.day >= bar.from && release.day < bar.until)
  const flipped = left > width - 220
  return (
    <div className={css.tip} aria-hidden="true" style={flipped ? { right: width - left + 12, top: 48 } : { left: left + 12, top: 48 }}>
      <h3>{longDay(day)}</h3>
      <dl>
        {series.map(({ label, tone, points }) => {
          const point = pointAt(points, day)
          return point && (
            <div key={label} style={{ display: 'contents' }}>
              <dt><i className={`${css.swatch} ${css[`swatch${tone}`]}`} />{label}</dt>
              <dd>{score(point.value, point)} <small>{plusMinus(point)}</small></dd>
            </div>
          )
        })}
        {bar && (
          <>
            <dt>{words.incidents}</dt><dd>{count(bar.incidents)}</dd>
            {bar.lost !== null && bar.lost > 0 && <><dt>Customer-days lost</dt><dd>{fixed(bar.lost)}</dd></>}
            <dt>{words.responses}</dt><dd>{count(bar.responses)}</dd>
            {bar.until > bar.from && <><dt><small>{periodText(bar)}</small></dt><dd>{!bar.complete && <small>incomplete</small>}</dd></>}
          </>
        )}
        {shipped.map(({ version }) => (
          <div key={version} style={{ display: 'contents' }}><dt>{words.release}</dt><dd>{version}</dd></div>
        ))}
      </dl>
    </div>
  )
}
