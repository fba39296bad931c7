import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { ago } from '~/format/date'
import { useWords } from '~/format/vocabulary'
import { AnnouncementLines } from '~/part/announcement'
import { Severity } from '~/part/incident'
import { answer, coming, possibly } from '~/screen/customer/affected'
import type { OpenIncident } from '~/screen/customer/query'
import { Button, Card, classes, Input } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { AffectedQuery, FindCustomersQuery } from './query'
import css from './view.module.css'

const LISTED = 6

/** "Is this customer affected?": who calls is looked up while typing, and the answer is as sure as it is. */
export function Affected({ customer, onCustomer }: { customer?: string; onCustomer: (key: string | undefined) => void }) {
  const words = useWords()
  const [text, setText] = useState('')
  const sought = useDeferredValue(text.trim())
  const { result } = useScreenQuery(FindCustomersQuery, { text: sought }, { pause: sought === '', hidden: true })
  const found = sought ? (result.data?.customers?.nodes ?? []) : []
  function choose(key: string | undefined) {
    if (!key) return
    setText('')
    onCustomer(key)
  }
  return (
    <Card title={`Is this ${words('customer')} affected?`}>
      <form role="search" className={css.lookup} onSubmit={(event) => { event.preventDefault(); choose(found[0]?.key) }}>
        <Input type="search" autoComplete="off" aria-label={`Key or name of the ${words('customer')}`} placeholder="Key or name" value={text} onChange={(event) => setText(event.target.value)} />
        {sought && (
          <ul className={css.found} aria-label="Found">
            {found.map(({ id, key, name, segment }) => <li key={id}><button type="button" onClick={() => choose(key)}>{name ?? key}<small>{[name && key, segment?.name].filter(Boolean).join(' · ')}</small></button></li>)}
            {found.length === 0 && <li className={css.nobody} role="status">{result.fetching ? 'Looking…' : `Nobody is called “${sought}”.`}</li>}
          </ul>
        )}
      </form>
      {customer && <Answer key={customer} customer={customer} onClear={() => onCustomer(undefined)} />}
    </Card>
  )
}

function Answer({ customer: key, onClear }: { customer: string; onClear: () => void }) {
  const words = useWords()
  const { result, refresh } = useScreenQuery(AffectedQuery, { customer: key })
  useLiveRefresh(['incident', 'announcement'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={3}>
      {({ customer, incidents, announcements }) => {
        if (!customer) return null
        const used = new Set(customer.feedback.nodes.flatMap(({ feature }) => (feature ? [feature.key] : [])))
        const possible = possibly(incidents?.nodes ?? [], customer.open.nodes, used)
        const soon = coming(announcements?.nodes ?? [], used)
        const { word, rest, tone } = answer(customer.open.totalCount, possible.length, words)
        return (
          <section className={css.answer} aria-label={`Answer about ${customer.key}`}>
            <p className={css.who}><Link to="/customers/$customer" params={{ customer: customer.key }}>{customer.name ?? customer.key}</Link>{customer.segment && <small>{customer.segment.name}</small>}<Button kind="ghost" small icon="close" aria-label="Clear" onClick={onClear} /></p>
            <p className={classes(css.verdict, css[tone])}><b>{word}</b> {rest}</p>
            <Incidents incidents={customer.open.nodes} />
            <Incidents incidents={possible} />
            {soon.length > 0 && <><h3>Coming to {words('features')} that they use</h3><AnnouncementLines announcements={soon.slice(0, LISTED)} /></>}
          </section>
        )
      }}
    </Loaded>
  )
}

function Incidents({ incidents }: { incidents: OpenIncident[] }) {
  if (incidents.length === 0) return null
  return (
    <ul className={css.incidents}>
      {incidents.slice(0, LISTED).map(({ id, title, severity, openedAt, features, product }) => (
        <li key={id}>
          <Severity severity={severity} />
          <span><Link className={table.main} to="/p/$product/incidents/$incident" params={{ product: product.key, incident: id }}>{title}</Link><span className={table.sub}>{[features.map(({ name }) => name).join(', '), ago(openedAt)].filter(Boolean).join(' · ')}</span></span>
        </li>
      ))}
    </ul>
  )
}
