import { Link } from '@tanstack/react-router'
import { useRights } from '~/app/session'
import { momentText } from '~/format/date'
import { isThumbs, ratingName, scaleName } from '~/format/rating'
import { useWords } from '~/format/vocabulary'
import { classes, Tag } from '~/ui/parts'
import css from './responses.module.css'
import type { Response } from './responses.query'

type Scale = NonNullable<Response['scale']>

/** Where a rating lies on its scale, from 0 (worst) to 1 (best). */
export function utility(rating: number, { min, max, higherIsBetter }: Pick<Scale, 'min' | 'max' | 'higherIsBetter'>): number {
  const share = (rating - min) / (max - min || 1)
  return higherIsBetter ? share : 1 - share
}

export function Rating({ rating, scale }: { rating: number | null; scale: Scale | null }) {
  if (rating === null || !scale) return <span className={css.none}>no rating</span>
  const liking = utility(rating, scale)
  const tone = liking >= 0.7 ? css.good : liking <= 0.4 ? css.bad : css.fair
  return (
    <span className={classes(css.rating, tone)} title={scale.name}>
      <b>{ratingName(rating, scale)}</b>
      <small>{!isThumbs(scale) && `of ${scale.max}`}</small>
      <i className={css.meter}><i style={{ width: `${Math.max(4, liking * 100)}%` }} /></i>
    </span>
  )
}

/** Comments are what strangers wrote: shown as text, in their own direction. */
export function Responses({ responses, features = true, customers = true }: { responses: Response[]; features?: boolean; customers?: boolean }) {
  const words = useWords()
  const { seesCustomers } = useRights()
  return (
    <ul className={css.list}>
      {responses.map((response) => {
        const { id, rating, scale, comment, occurredAt, channel, release, releaseInferred, customer, segment, feature, product, counted } = response
        return (
          <li key={id} className={css.item}>
            <Rating rating={rating} scale={scale} />
            <div className={css.body}>
              {comment ? <p className={css.comment} dir="auto">{comment}</p> : <p className={css.silent}>No comment</p>}
              <p className={css.meta}>
                {features && feature && <Link to="/p/$product/features/$feature" params={{ product: product.key, feature: feature.key }}>{feature.name}</Link>}
                {customer && customers && seesCustomers && <Link to="/customers/$customer" params={{ customer: customer.key }}>{customer.name ?? customer.key}</Link>}
                {segment && <span>{segment.name}</span>}
                {release && <span title={releaseInferred ? `Not named; the ${words('release')} of its day` : undefined}>{release.version}{releaseInferred && '*'}</span>}
                {scale && <span>{scaleName(scale.key)}</span>}
                {channel && <span>{channel}</span>}
                <time dateTime={occurredAt}>{momentText(occurredAt)}</time>
                {!counted && rating !== null && <Tag>not counted</Tag>}
              </p>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
