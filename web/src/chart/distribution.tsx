import { count, fixed, percent } from '~/format/number'
import css from './distribution.module.css'

export interface Level {
  rating: number
  responses: number
}

/** How many responses at each rating; as an outline how it was before. Columns of HTML, so that text stays text. */
export function Distribution({ levels, before, label }: { levels: Level[]; before: Level[]; label: string }) {
  const total = levels.reduce((sum, { responses }) => sum + responses, 0)
  const totalBefore = before.reduce((sum, { responses }) => sum + responses, 0)
  const shareBefore = (rating: number) => (before.find((level) => level.rating === rating)?.responses ?? 0) / Math.max(1, totalBefore)
  const most = Math.max(...levels.map(({ responses, rating }) => Math.max(responses / Math.max(1, total), shareBefore(rating))), 0.01)
  return (
    <div className={css.chart} role="img" aria-label={`${label}: ${levels.map(({ rating, responses }) => `${fixed(rating)}: ${responses}`).join(', ')}`}>
      {levels.map(({ rating, responses }) => {
        const share = responses / Math.max(1, total)
        return (
          <div key={rating} className={css.column} title={`${count(responses)} responses`}>
            <span className={css.share}>{percent(share)}</span>
            <span className={css.track}>
              <i className={css.bar} style={{ height: `${(share / most) * 100}%` }} />
              {totalBefore > 0 && <i className={css.before} style={{ height: `${(shareBefore(rating) / most) * 100}%` }} />}
            </span>
            <span className={css.rating}>{Number.isInteger(rating) ? rating : fixed(rating, 1)}</span>
          </div>
        )
      })}
    </div>
  )
}
