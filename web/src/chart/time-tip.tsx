import { longDay, periodText } from '~/format/date'
import { count, fixed, plusMinus, score } from '~/format/number'
import type { AnnouncementMark, Bar, ReleaseMark, Series, SeriesPoint } from './time-model'
import css from './time.module.css'

/** So many announcements of a day are named. */
const LISTED = 3

/** The last point up to a day: what was known then. */
export function pointAt(points: SeriesPoint[], day: string): SeriesPoint | null {
  return points.reduce<SeriesPoint | null>((best, point) => (point.day <= day || !best ? point : best), null)
}

function barAt(bars: Bar[], day: string): Bar | undefined {
  return bars.find((bar) => bar.from <= day && day < bar.until)
}

/** The same as the tip, for those who do not see it. */
export function tipText(day: string, series: Series[], bars: Bar[], releases: ReleaseMark[], announcements: AnnouncementMark[] = []): string {
  const values = series.flatMap(({ label, points }) => {
    const point = pointAt(points, day)
    return point ? [`${label} ${score(point.value, point)} ${plusMinus(point)}`] : []
  })
  const bar = barAt(bars, day)
  const counts = bar ? [`${bar.incidents} incidents opened, ${bar.responses} responses`] : []
  const shipped = releases.filter((release) => release.day === day).map(({ version }) => `release ${version}`)
  const announced = announcements.filter(({ day: first, last }) => first <= day && day <= last).map(({ kind, title }) => `${kind} announced: ${title}`)
  return [longDay(day), ...values, ...counts, ...shipped, ...announced].join('. ')
}

interface Props {
  day: string
  left: number
  width: number
  series: Series[]
  bars: Bar[]
  releases: ReleaseMark[]
  announcements: AnnouncementMark[]
  words: { incidents: string; responses: string; release: string }
}

export function TimeTip({ day, left, width, series, bars, releases, announcements, words }: Props) {
  const bar = barAt(bars, day)
  const shipped = releases.filter((release) => bar && release.day >= bar.from && release.day < bar.until)
  const announced = announcements.filter(({ day: first, last }) => (bar ? last >= bar.from && first < bar.until : first <= day && day <= last)).slice(0, LISTED)
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
      {announced.map(({ id, kind, title }) => <p key={id} className={css.notice}><small>{kind}</small> {title}</p>)}
    </div>
  )
}
