import { ratingName } from '~/format/rating'
import { Input, Labeled } from './parts'
import css from './rating-field.module.css'

/** A scale with more steps than this is typed, not chosen. */
const MOST_STEPS = 11

/** A rating on a scale, as the field `rating` of a form. */
export function RatingField({ scale }: { scale: { min: number; max: number; step: number } }) {
  const { min, max, step } = scale
  const steps = Math.round((max - min) / step) + 1
  if (steps > MOST_STEPS) return <Labeled label={`Rating, ${min} to ${max}`}><Input name="rating" type="number" min={min} max={max} step={step} required /></Labeled>
  return (
    <fieldset className={css.ratings}>
      <legend>Rating</legend>
      {Array.from({ length: steps }, (_, index) => min + index * step).map((rating) => (
        <label key={rating}><input type="radio" name="rating" value={rating} required />{ratingName(rating, scale)}</label>
      ))}
    </fieldset>
  )
}
