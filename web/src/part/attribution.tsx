import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql, type Enum, type FragmentOf } from '~/api/graphql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import { percent } from '~/format/number'
import { Button } from '~/ui/parts'
import css from './attribution.module.css'

export const AttributionFields = graphql(`
  fragment AttributionFields on Incident {
    id
    attributions { id basis confidence createdAt release { id version } statedBy { name } }
  }
`)

const AttributeIncident = graphql(`
  mutation AttributeIncident($input: AttributeIncidentInput!) {
    attributeIncident(input: $input) { incident { ...AttributionFields } userErrors { code field message } }
  }
`, [AttributionFields])

type Basis = Enum<'AttributionBasis'>
type Attributed = FragmentOf<typeof AttributionFields>

const LABELS: Record<Basis, string> = {
  CONFIRMED: 'confirmed', EXPLICIT: 'reported', INFERRED: 'likely', NOT_CAUSED_BY_CHANGE: 'not caused by a change', REJECTED: 'rejected',
}

/** What is held to have caused an incident, and the ways to say that this is right or wrong. */
export function Attribution({ incident }: { incident: Attributed }) {
  const { handlesIncidents } = useRights()
  const [{ fetching }, execute] = useMutation(AttributeIncident)
  const [refusal, setRefusal] = useState<string | null>(null)
  const settled = incident.attributions.find(({ basis }) => basis === 'CONFIRMED' || basis === 'NOT_CAUSED_BY_CHANGE')

  async function state(basis: Basis, release: string | null) {
    const { data, error } = await execute({ input: { incident: incident.id, basis, ...(release ? { release } : {}) } })
    setRefusal(error ? problemOf(error).message : (data?.attributeIncident?.userErrors[0]?.message ?? null))
  }

  return (
    <div className={css.attribution}>
      {incident.attributions.length === 0 && <span className={css.none}>Cause unknown</span>}
      {incident.attributions.map(({ id, basis, confidence, release, statedBy }) => (
        <span key={id} className={css.line} data-basis={basis}>
          {release && <b>{release.version}</b>}
          <span>{LABELS[basis]}{confidence !== null && ` (${percent(confidence)})`}{statedBy && <small> by {statedBy.name}</small>}</span>
          {handlesIncidents && release && (basis === 'EXPLICIT' || basis === 'INFERRED' || basis === 'REJECTED') && (
            <Button small kind="ghost" icon="check" disabled={fetching} aria-label={`Confirm that ${release.version} caused it`} title="Confirm" onClick={() => void state('CONFIRMED', release.id)} />
          )}
          {handlesIncidents && release && basis !== 'REJECTED' && basis !== 'NOT_CAUSED_BY_CHANGE' && (
            <Button small kind="ghost" icon="close" disabled={fetching} aria-label={`Reject that ${release.version} caused it`} title="Reject" onClick={() => void state('REJECTED', release.id)} />
          )}
        </span>
      ))}
      {handlesIncidents && !settled && (
        <Button small kind="ghost" disabled={fetching} onClick={() => void state('NOT_CAUSED_BY_CHANGE', null)}>Not caused by a change</Button>
      )}
      {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
    </div>
  )
}
