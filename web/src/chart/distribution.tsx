import { fixed, percent, plural } from '~/format/number'
import { ratingName } from '~/format/rating'
import { useSaid } from '~/format/vocabulary'
import css from './distribution.module.css'
import type { Cell } from './export'
import type { BarFigure } from './figure'

export interface Level {
  rating: number
  responses: number
}

/** Of so many columns each is too narrow for the sign of percent. */
const MANY = 7

/** How many responses at each rating; as an outline how it was before. Columns of HTML, so that text stays text. */
export function Distribution({ levels, before, scale, label }: { levels: Level[]; before: Level[]; scale: { min: number; max: number }; label: string }) {
  const say = useSaid()
  const total = levels.reduce((sum, { responses }) => sum + responses, 0)
  const totalBefore = before.reduce((sum, { responses }) => sum + responses, 0)
  const shareBefore = (rating: number) => (before.find((level) => level.rating === rating)?.responses ?? 0) / Math.max(1, totalBefore)
  const most = Math.max(...levels.map(({ responses, rating }) => Math.max(responses / Math.max(1, total), shareBefore(rating))), 0.01)
  return (
    <div className={css.chart} role="img" aria-label={`${label}: ${levels.map(({ rating, responses }) => `${ratingName(rating, scale)}: ${responses}`).join(', ')}`}>
      {levels.map(({ rating, responses }) => {
        const share = responses / Math.max(1, total)
        return (
          <div key={rating} className={css.column} title={say(plural(responses, 'response'))}>
            <span className={css.share}>{levels.length > MANY ? fixed(share * 100) : percent(share)}</span>
            <span className={css.track}>
              <i className={css.bar} style={{ height: `${(share / most) * 100}%` }} />
              {totalBefore > 0 && <i className={css.before} style={{ height: `${(shareBefore(rating) / most) * 100}%` }} />}
            </span>
            <span className={css.rating}>{ratingName(rating, scale)}</span>
          </div>
        )
      })}
    </div>
  )
}

interface Scale {
  name: string
  min: number
  max: number
}

const totalOf = (levels: Level[]) => levels.reduce((sum, { responses }) => sum + responses, 0)

/** The same as a picture for a file. */
export function barsOf(scale: Scale, levels: Level[], before: Level[]): BarFigure['groups'][number] {
  const [total, totalBefore] = [totalOf(levels), totalOf(before)]
  return {
    label: scale.name,
    bars: levels.map(({ rating, responses }) => ({
      name: ratingName(rating, scale),
      share: responses / Math.max(1, total),
      before: totalBefore > 0 ? (before.find((level) => level.rating === rating)?.responses ?? 0) / totalBefore : null,
    })),
  }
}

/** The numbers of responses behind it; `sides` are what the two are of, the earlier one first. */
export function ratingsTable(groups: { scale: Scale; ratings: Level[]; earlier: Level[] }[], [before, now]: [string, string]): Cell[][] {
  return [
    ['scale', 'rating', before, now],
    ...groups.flatMap(({ scale, ratings, earlier }) => ratings.map(({ rating, responses }) => [
      scale.name, rating, earlier.find((level) => level.rating === rating)?.responses ?? 0, responses,
    ])),
  ]
}
