import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { duration, momentText } from '~/format/date'
import { count, percent, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Attribution, Candidates } from '~/part/attribution'
import { IncidentState, Severity } from '~/part/incident'
import { Responses } from '~/part/responses'
import { Form, textIn } from '~/ui/form'
import { Button, Card, Halves, Input, Labeled, PageHead, Stack } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { KnownErrors } from './known-errors'
import { AddCustomers, IncidentQuery, MeanwhileQuery, ReopenIncident, ResolveIncident, type IncidentData } from './query'
import css from './view.module.css'

export default function Incident() {
  const { product, incident: id } = useParams({ from: '/p/$product/incidents/$incident' })
  const words = useWords()
  const { result, refresh } = useScreenQuery(IncidentQuery, { incident: id })
  useLiveRefresh(['incident'], refresh)
  return (
    <Loaded page result={result} retry={refresh} rows={8}>
      {({ incident }) => incident && (
        <>
          <PageHead title={<span className={css.title}><Severity severity={incident.severity} />{incident.title}</span>} lead={<Lead incident={incident} />}
            crumb={{ label: `All ${words('incidents')}`, link: { to: '/p/$product/incidents', params: { product } } }} actions={<Actions incident={incident} />} />
          <Stack>
            <Halves>
              <Card title="Timeline"><Course incident={incident} /></Card>
              <Cause incident={incident} />
            </Halves>
            {incident.description && <Card title="Description"><p className={css.description} dir="auto">{incident.description}</p></Card>}
            <KnownErrors incident={incident} onChange={refresh} />
            <Customers incident={incident} />
            {incident.features[0] && <Meanwhile incident={incident} feature={incident.features[0].key} />}
          </Stack>
        </>
      )}
    </Loaded>
  )
}

function Lead({ incident: { features, product, affectedCustomers, source, externalId } }: { incident: IncidentData }) {
  const words = useWords()
  return (
    <>
      {features.map(({ key, name }, index) => <span key={key}>{index > 0 && ', '}<Link to="/p/$product/features/$feature" params={{ product: product.key, feature: key }}>{name}</Link></span>)}
      {features.length === 0 && `The ${words('product')} as a whole`}
      {affectedCustomers !== null && ` · ${plural(affectedCustomers, words('customer'), words('customers'))} affected`}
      {externalId && ` · ${externalId} in ${source}`}
    </>
  )
}

function Actions({ incident }: { incident: IncidentData }) {
  const { handlesIncidents } = useRights()
  const [resolving, resolve] = useMutation(ResolveIncident)
  const [reopening, reopen] = useMutation(ReopenIncident)
  const [refusal, setRefusal] = useState<string | null>(null)
  const busy = resolving.fetching || reopening.fetching
  async function act() {
    if (incident.state === 'OPEN') {
      const { data, error } = await resolve({ input: { incident: incident.id } })
      setRefusal(error ? problemOf(error).message : (data?.resolveIncident?.userErrors[0]?.message ?? null))
    } else {
      const { data, error } = await reopen({ input: { incident: incident.id } })
      setRefusal(error ? problemOf(error).message : (data?.reopenIncident?.userErrors[0]?.message ?? null))
    }
  }
  return (
    <>
      <IncidentState state={incident.state} />
      {handlesIncidents && <Button kind={incident.state === 'OPEN' ? 'primary' : 'plain'} icon={incident.state === 'OPEN' ? 'check' : 'iteration'} disabled={busy} onClick={() => void act()}>{incident.state === 'OPEN' ? 'Resolve' : 'Reopen'}</Button>}
      {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
    </>
  )
}

/** What people stated; else what is most probable; and all that is possible. */
function Cause({ incident }: { incident: IncidentData }) {
  const words = useWords()
  const { basis, confidence, release } = incident.cause
  const said = {
    CONFIRMED: <><b>{release?.version}</b> caused it, as a person confirmed.</>,
    EXPLICIT: <><b>{release?.version}</b>, as its reporter said.</>,
    INFERRED: <>Probably <b>{release?.version}</b>{confidence !== null && `, with ${percent(confidence)}`}.</>,
    NOT_CAUSED_BY_CHANGE: <>No {words('release')} caused it, as a person found.</>,
    UNKNOWN: <>It is not known.</>,
  }[basis]
  return (
    <Card title="Cause" note={`The score of a ${words('release')} counts the ${words('incidents')} that people attribute to it.`}>
      <p className={css.cause}>{said}</p>
      <Attribution incident={incident} silent />
      <h3 className={css.possible}>Possible causes</h3>
      <Candidates incident={incident} candidates={incident.attributionCandidates} openedAt={incident.openedAt} features={incident.features} />
    </Card>
  )
}

function Course({ incident: { intervals } }: { incident: IncidentData }) {
  return (
    <ol className={css.course}>
      {intervals.map(({ openedAt, resolvedAt, openedBy, resolvedBy }, index) => (
        <li key={openedAt}>
          <p><b>{index === 0 ? 'Opened' : 'Reopened'}</b> {momentText(openedAt)}{openedBy && ` by ${openedBy.name}`}</p>
          <p className={css.lasted}>{resolvedAt ? duration(openedAt, resolvedAt) : `${duration(openedAt, new Date().toISOString())} so far`}</p>
          {resolvedAt && <p><b>Resolved</b> {momentText(resolvedAt)}{resolvedBy && ` by ${resolvedBy.name}`}</p>}
        </li>
      ))}
    </ol>
  )
}

function Customers({ incident }: { incident: IncidentData }) {
  const { handlesIncidents } = useRights()
  const words = useWords()
  const [, add] = useMutation(AddCustomers)
  const { nodes, totalCount } = incident.customers
  const [round, setRound] = useState(0)
  return (
    <Card title={`Affected ${words('customers')}`} note={totalCount === 0 ? 'None is named yet.' : `${count(totalCount)} named${totalCount > nodes.length ? `, ${count(nodes.length)} shown` : ''}.`}>
      <ul className={css.customers}>
        {nodes.map(({ id, key, name, segment }) => (
          <li key={id}><Link to="/customers/$customer" params={{ customer: key }}>{name ?? key}</Link>{segment && <small>{segment.name}</small>}</li>
        ))}
      </ul>
      {handlesIncidents && (
        <Form key={round} label="Add" onDone={() => setRound(round + 1)} onSend={async (fields) => {
          const { data, error } = await add({ input: { incident: incident.id, customers: textIn(fields, 'customers')?.split(/[\s,;]+/) ?? [] } })
          return { error, refusals: data?.addIncidentCustomers?.userErrors }
        }}>
          <Labeled label={`Add ${words('customers')} by key`} hint="Separated by commas or spaces."><Input name="customers" required /></Labeled>
        </Form>
      )}
    </Card>
  )
}

function Meanwhile({ incident, feature }: { incident: IncidentData; feature: string }) {
  const words = useWords()
  const { result, refresh } = useScreenQuery(MeanwhileQuery, { product: incident.product.key, feature, from: incident.openedAt, until: incident.resolvedAt })
  return (
    <Card flush title={`Comments while it was open`} note={`${capital(words('responses'))} about ${incident.features[0]?.name ?? 'it'} that have a comment.`}>
      <Loaded result={result} retry={refresh}>
        {({ feature: found }) => found && found.feedback.nodes.length > 0
          ? <><Responses responses={found.feedback.nodes} features={false} /><p className={table.more}>{count(found.feedback.nodes.length)} of {count(found.feedback.totalCount)}</p></>
          : <div className={table.more}><Empty title="No comments" /></div>}
      </Loaded>
    </Card>
  )
}
