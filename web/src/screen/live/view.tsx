import { Link } from '@tanstack/react-router'
import type { LiveEvent } from '~/api/live'
import { useConnection, useLiveEvents } from '~/app/live'
import { ago, spanText } from '~/format/date'
import { plural } from '~/format/number'
import { VERDICTS } from '~/format/verdict'
import { capital, useWords } from '~/format/vocabulary'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { useLastProduct } from '~/app/shell'
import { KindMark, StateMark } from '~/part/announcement'
import { IncidentState, Severity } from '~/part/incident'
import { Rating, Responses } from '~/part/responses'
import { Card, Halves, PageHead, Stack } from '~/ui/parts'
import { Empty } from '~/ui/states'
import table from '~/ui/table.module.css'
import { VerdictBadge } from '~/ui/verdict'
import { LatestQuery } from './query'
import css from './view.module.css'

const STATES = {
  connecting: 'Connecting.',
  connected: 'Connected: events appear here as they happen.',
  lost: 'The connection is lost. Reconnecting; no event will be missed.',
} as const

export default function LiveScreen() {
  const events = useLiveEvents()
  const connection = useConnection()
  const words = useWords()
  const product = useLastProduct()
  const { seesCustomers } = useRights()
  return (
    <>
      <PageHead title="Live" lead={`${STATES[connection]} ${events.length > 0 ? `${plural(events.length, 'event')} since this page was opened.` : ''}`} />
      <Stack>
        {events.length === 0
          ? <Empty title="Waiting for the next event">{capital(words('responses'))}, {words('incidents')}, {words('releases')}, {words('announcements')} and verdicts of all {words('products')} appear here. Imports are not listed row by row.</Empty>
          : <Card flush title="Since this page was opened"><ol className={css.list} aria-live="polite">{events.map((event) => <li key={event.id} className={css.event}><time className={css.time}>{ago(new Date(event.at).toISOString())}</time><Event event={event} /></li>)}</ol></Card>}
        {product && seesCustomers && <Latest product={product} />}
      </Stack>
    </>
  )
}

/** So that the page is not empty on a quiet day. */
function Latest({ product }: { product: string }) {
  const words = useWords()
  const { result } = useScreenQuery(LatestQuery, { product })
  const found = result.data?.product
  if (!found) return null
  return (
    <Halves>
      {found.feedback.nodes.length > 0 && (
        <Card flush title={`Latest ${words('responses')}, ${found.name}`}><Responses responses={found.feedback.nodes} /></Card>
      )}
      {found.incidents.nodes.length > 0 && (
        <Card title={`Latest ${words('incidents')}, ${found.name}`}>
          <ul className={css.latest}>
            {found.incidents.nodes.map(({ id, title, severity, state, openedAt, features }) => (
              <li key={id}>
                <Severity severity={severity} />
                <span>
                  <Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: id }}>{title}</Link>
                  <span className={table.sub}>{[features.map(({ name }) => name).join(', '), ago(openedAt)].filter(Boolean).join(' · ')}</span>
                </span>
                <IncidentState state={state} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </Halves>
  )
}

function Event({ event }: { event: LiveEvent }) {
  const words = useWords()
  if (event.kind === 'feedback') {
    const { rating, scale, comment, feature, product, customer, release } = event.feedback
    return (
      <>
        <Rating rating={rating} scale={scale && { ...scale, name: scale.key }} />
        <div>
          <p dir="auto" className={css.comment}>{comment ?? <span className={css.silent}>No comment</span>}</p>
          <p className={css.meta}>{feature ? <Link to="/p/$product/features/$feature" params={{ product: product.key, feature: feature.key }}>{feature.name}</Link> : product.name}{customer && ` · ${customer.key}`}{release && ` · ${release.version}`}</p>
        </div>
      </>
    )
  }
  if (event.kind === 'incident') {
    const { id, title, severity, state, product, features } = event.incident
    return (
      <>
        <Severity severity={severity} />
        <div>
          <p><Link className={css.title} to="/p/$product/incidents/$incident" params={{ product: product.key, incident: id }}>{title}</Link></p>
          <p className={css.meta}><IncidentState state={state} /> {features.map(({ name }) => name).join(', ')}</p>
        </div>
      </>
    )
  }
  if (event.kind === 'release') {
    const { version, title, lifecycle, product } = event.release
    return (
      <>
        <span className={css.kind}>{words('release')}</span>
        <p><Link className={css.title} to="/p/$product/releases/$version" params={{ product: product.key, version }}>{version}</Link> is {lifecycle.toLowerCase()}{title && `: ${title}`}</p>
      </>
    )
  }
  if (event.kind === 'announcement') {
    const { id, kind, title, state, planned, product } = event.announcement
    return (
      <>
        <span><KindMark kind={kind} /></span>
        <div>
          <p><Link className={css.title} to="/p/$product/announcements/$announcement" params={{ product: product.key, announcement: id }}>{title}</Link></p>
          <p className={css.meta}><StateMark state={state} /> {spanText(planned)} · {product.name}</p>
        </div>
      </>
    )
  }
  if (event.kind === 'notification') return null
  const { before, after, feature, release } = event.change
  return (
    <>
      <VerdictBadge verdict={after} />
      <div>
        <p><Link className={css.title} to="/p/$product/releases/$version" params={{ product: release.product.key, version: release.version }} search={{ feature: feature?.key }}>{feature?.name ?? 'The product as a whole'} with {release.version}</Link></p>
        <p className={css.meta}>{before ? `was “${VERDICTS[before].label.toLowerCase()}” before` : 'the first verdict'}</p>
      </div>
    </>
  )
}
