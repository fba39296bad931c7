import { fixed, percent, plural } from '~/format/number'
import { ratingName } from '~/format/rating'
import css from './distribution.module.css'

export interface Level {
  rating: number
  responses: number
}

/** Of so many columns each is too narrow for the sign of percent. */
const MANY = 7

/** How many responses at each rating; as an outline how it was before. Columns of HTML, so that text stays text. */
export function Distribution({ levels, before, scale, label }: { levels: Level[]; before: Level[]; scale: { min: number; max: number }; label: string }) {
  const total = levels.reduce((sum, { responses }) => sum + responses, 0)
  const totalBefore = before.reduce((sum, { responses }) => sum + responses, 0)
  const shareBefore = (rating: number) => (before.find((level) => level.rating === rating)?.responses ?? 0) / Math.max(1, totalBefore)
  const most = Math.max(...levels.map(({ responses, rating }) => Math.max(responses / Math.max(1, total), shareBefore(rating))), 0.01)
  return (
    <div className={css.chart} role="img" aria-label={`${label}: ${levels.map(({ rating, responses }) => `${ratingName(rating, scale)}: ${responses}`).join(', ')}`}>
      {levels.map(({ rating, responses }) => {
        const share = responses / Math.max(1, total)
        return (
          <div key={rating} className={css.column} title={plural(responses, 'response')}>
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
