import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { useLastProduct } from '~/app/shell'
import { ago, longDay } from '~/format/date'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { AnnouncementLines } from '~/part/announcement'
import { IncidentState, Severity } from '~/part/incident'
import { ResponseEntry } from '~/part/response-entry'
import { Responses, utility } from '~/part/responses'
import { Button, Card, classes, Halves, PageHead, Stack } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { answer, coming, possibly } from './affected'
import { CustomerQuery, type CustomerData, type OpenIncident } from './query'
import css from './view.module.css'

const PAGE = 25

export default function Customer() {
  const { customer: key } = useParams({ from: '/customers/$customer' })
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const [entry, setEntry] = useState(false)
  const { responds } = useRights()
  const product = useLastProduct()
  const { result, refresh } = useScreenQuery(CustomerQuery, { customer: key, first })
  useLiveRefresh(['incident', 'feedback'], refresh)
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ customer, incidents, announcements }) => {
        if (!customer) return null
        const used = new Set(customer.feedback.nodes.flatMap(({ feature }) => (feature ? [feature.key] : [])))
        const possible = possibly(incidents?.nodes ?? [], customer.open.nodes, used)
        const soon = coming(announcements?.nodes ?? [], used)
        const { word, rest, tone } = answer(customer.open.totalCount, possible.length, words)
        return (
          <>
            <PageHead title={customer.name ?? customer.key} lead={[customer.segment?.name, customer.name && customer.key, `first seen on ${longDay(customer.createdAt.slice(0, 10))}`].filter(Boolean).join(' · ')}
              crumb={{ label: `All ${words('customers')}`, link: { to: '/customers' } }}
              actions={responds && product && <Button icon="quote" onClick={() => setEntry(true)}>Record a {words('response')}</Button>} />
            <Stack>
              <section className={classes(css.answer, css[tone])} aria-label="Is this customer affected?">
                <p className={css.question}>Affected now?</p>
                <p className={css.word}><b>{word}</b> {rest}</p>
              </section>
              {(customer.open.totalCount > 0 || possible.length > 0) && (
                <Halves>
                  {customer.open.totalCount > 0 && <Incidents title={`Open ${words('incidents')} that name them`} incidents={customer.open.nodes} />}
                  {possible.length > 0 && <Incidents title={`Open on ${words('features')} that they use`} incidents={possible.slice(0, 8)} />}
                </Halves>
              )}
              {soon.length > 0 && <Card title={`Coming to ${words('features')} that they use`}><AnnouncementLines announcements={soon} /></Card>}
              <Liking customer={customer} />
              {customer.past.totalCount > 0 && <Incidents title={`${count(customer.past.totalCount)} resolved`} incidents={customer.past.nodes} />}
              <Card flush title={`${count(customer.feedback.totalCount)} ${words('responses')}`}>
                {customer.feedback.nodes.length === 0 && <div className={table.more}><Empty title={`No ${words('responses')} yet`} /></div>}
                <Responses responses={customer.feedback.nodes} customers={false} />
                {customer.feedback.nodes.length < customer.feedback.totalCount && <p className={table.more}><Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button></p>}
              </Card>
            </Stack>
            {entry && product && <ResponseEntry product={product} customer={customer.key} onClose={() => setEntry(false)} />}
          </>
        )
      }}
    </Loaded>
  )
}

function Incidents({ title, incidents }: { title: string; incidents: OpenIncident[] }) {
  return (
    <Card title={title}>
      <ul className={css.incidents}>
        {incidents.map(({ id, title: what, severity, state, openedAt, features, product }) => (
          <li key={id}>
            <Severity severity={severity} />
            <span>
              <Link className={table.main} to="/p/$product/incidents/$incident" params={{ product: product.key, incident: id }}>{what}</Link>
              <span className={table.sub}>{features.map(({ name }) => name).join(', ')} · {ago(openedAt)}</span>
            </span>
            <IncidentState state={state} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Every rating of the customer as a dot between worst and best, by feature. */
function Liking({ customer }: { customer: CustomerData }) {
  const words = useWords()
  const rated = customer.feedback.nodes.flatMap(({ rating, scale, feature, product, occurredAt, id }) =>
    (rating !== null && scale && feature ? [{ id, liking: utility(rating, scale), feature, product, occurredAt }] : []))
  const features = [...new Map(rated.map(({ feature, product }) => [feature.key, { ...feature, product: product.key }])).values()].toSorted((left, right) => left.name.localeCompare(right.name))
  if (features.length === 0) return null
  return (
    <Card title={`Ratings by ${words('feature')}`} note={`${capital(words('responses'))} from worst (left) to best (right), on every scale; the latest is filled.`}>
      <div className={css.likings}>
        {features.map(({ key, name, product }) => (
          <div key={key} className={css.liking}>
            <Link to="/p/$product/features/$feature" params={{ product, feature: key }}>{name}</Link>
            <span className={css.strip} role="img" aria-label={rated.filter((one) => one.feature.key === key).map(({ liking }) => `${Math.round(liking * 100)} of 100`).join(', ')}>
              {rated.filter((one) => one.feature.key === key).map(({ id, liking }, index) => <i key={id} className={index === 0 ? css.latest : undefined} style={{ left: `${liking * 100}%` }} />)}
            </span>
          </div>
        ))}
      </div>
    </Card>
  )
}
