import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import { duration } from '~/format/date'
import { percent, plural } from '~/format/number'
import { useWords, type Words } from '~/format/vocabulary'
import { Button } from '~/ui/parts'
import css from './attribution.module.css'
import { AttributeIncident, type Attributed, type Basis, type Candidate } from './attribution.query'

const LABELS: Record<Basis, string> = {
  CONFIRMED: 'confirmed', EXPLICIT: 'reported', INFERRED: 'likely', NOT_CAUSED_BY_CHANGE: 'not caused by a change', REJECTED: 'rejected',
}

/** Ways to say what caused an incident, and why the last one was refused. */
function useStatement(incident: string) {
  const [{ fetching }, execute] = useMutation(AttributeIncident)
  const [refusal, setRefusal] = useState<string | null>(null)
  async function state(basis: Basis, release: string | null) {
    const { data, error } = await execute({ input: { incident, basis, ...(release ? { release } : {}) } })
    setRefusal(error ? problemOf(error).message : (data?.attributeIncident?.userErrors[0]?.message ?? null))
  }
  return { busy: fetching, refusal, state }
}

const settles = ({ basis }: { basis: Basis }) => basis === 'CONFIRMED' || basis === 'NOT_CAUSED_BY_CHANGE'

/** What people stated about the cause of an incident, and the ways to say that this is right or wrong. */
export function Attribution({ incident, silent }: { incident: Attributed; silent?: boolean }) {
  const { handlesIncidents } = useRights()
  const { busy, refusal, state } = useStatement(incident.id)
  const settled = incident.attributions.some(settles)
  return (
    <div className={css.attribution}>
      {incident.attributions.length === 0 && !silent && <span className={css.none}>Cause unknown</span>}
      {incident.attributions.map(({ id, basis, confidence, release, statedBy }) => (
        <span key={id} className={css.line} data-basis={basis}>
          {release && <b>{release.version}</b>}
          <span>{LABELS[basis]}{confidence !== null && ` (${percent(confidence)})`}{statedBy && <small> by {statedBy.name}</small>}</span>
          {handlesIncidents && release && (basis === 'EXPLICIT' || basis === 'INFERRED' || basis === 'REJECTED') && (
            <Button small kind="ghost" icon="check" disabled={busy} aria-label={`Confirm that ${release.version} caused it`} title="Confirm" onClick={() => void state('CONFIRMED', release.id)} />
          )}
          {handlesIncidents && release && basis !== 'REJECTED' && basis !== 'NOT_CAUSED_BY_CHANGE' && (
            <Button small kind="ghost" icon="close" disabled={busy} aria-label={`Reject that ${release.version} caused it`} title="Reject" onClick={() => void state('REJECTED', release.id)} />
          )}
        </span>
      ))}
      {handlesIncidents && !settled && (
        <Button small kind="ghost" disabled={busy} onClick={() => void state('NOT_CAUSED_BY_CHANGE', null)}>Not caused by a change</Button>
      )}
      {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
    </div>
  )
}

/** Why a release may have caused an incident, in one sentence. */
export function reasonOf({ evidence, otherIncidents, releasedAt }: Omit<Candidate, 'release'>, openedAt: string, features: { name: string }[], words: Words): string {
  const shipped = `Shipped ${duration(releasedAt, openedAt)} before`
  if (evidence === 'SAME_ENVIRONMENT') return `${shipped}, but changed other ${words('features')}.`
  const what = features.length > 0 ? features.map(({ name }) => name).join(', ') : `the ${words('product')}`
  const others = otherIncidents > 0 ? `; ${plural(otherIncidents, `more ${words('incident')}`, `more ${words('incidents')}`)} of it within 28 days` : ''
  return `${shipped} and changed ${what}${others}.`
}

interface CandidateProps {
  incident: Attributed
  candidate: Pick<Candidate, 'confidence' | 'release'>
  /** What the row is about: the release, of an incident; or the incident, of a release. */
  title: React.ReactNode
  reason: React.ReactNode
}

/** One possible cause: how probable it is, why, and whether a person has said that it is so. */
export function CandidateRow({ incident, candidate: { confidence, release }, title, reason }: CandidateProps) {
  const words = useWords()
  const { handlesIncidents } = useRights()
  const { busy, refusal, state } = useStatement(incident.id)
  const stated = incident.attributions.find((one) => one.release?.id === release.id && (one.basis === 'CONFIRMED' || one.basis === 'REJECTED'))
  const reported = incident.attributions.some((one) => one.release?.id === release.id && one.basis === 'EXPLICIT')
  const elsewhere = stated ? undefined : incident.attributions.find(settles)
  return (
    <li className={css.candidate} data-settled={stated || elsewhere ? 'yes' : undefined}>
      <span className={css.confidence} title={`Probability that it comes from this ${words('release')}`}><b>{percent(confidence)}</b><i><i style={{ width: `${Math.max(2, confidence * 100)}%` }} /></i></span>
      <span className={css.why}>{title}<small>{reason}</small></span>
      <span className={css.say}>
        {stated && <span className={css.stated} data-basis={stated.basis}>{stated.basis === 'CONFIRMED' ? 'Confirmed' : 'Rejected'}{stated.statedBy && <small> by {stated.statedBy.name}</small>}</span>}
        {reported && !stated && !elsewhere && <span className={css.stated}>Reported</span>}
        {elsewhere && <span className={css.stated}>{elsewhere.release ? `${elsewhere.release.version} confirmed` : 'Not caused by a change'}</span>}
        {handlesIncidents && stated?.basis !== 'CONFIRMED' && !elsewhere && <Button small icon="check" disabled={busy} aria-label={`Confirm that ${release.version} caused it`} onClick={() => void state('CONFIRMED', release.id)}>Confirm</Button>}
        {handlesIncidents && stated?.basis !== 'REJECTED' && !elsewhere && <Button small kind="ghost" icon="close" disabled={busy} aria-label={`Reject that ${release.version} caused it`} onClick={() => void state('REJECTED', release.id)}>Reject</Button>}
        {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
      </span>
    </li>
  )
}

/** All releases that an incident may come from, the most probable first. */
export function Candidates({ incident, candidates, openedAt, features }: { incident: Attributed; candidates: Candidate[]; openedAt: string; features: { name: string }[] }) {
  const words = useWords()
  const rest = 1 - candidates.reduce((sum, { confidence }) => sum + confidence, 0)
  if (candidates.length === 0) return <p className={css.none}>No {words('release')} shipped in the 28 days before.</p>
  return (
    <>
      <ul className={css.candidates} aria-label="Possible causes">
        {candidates.map((candidate) => (
          <CandidateRow key={candidate.release.id} incident={incident} candidate={candidate}
            title={<b>{candidate.release.version}{candidate.release.title && <span className={css.none}> {candidate.release.title}</span>}</b>} reason={reasonOf(candidate, openedAt, features, words)} />
        ))}
      </ul>
      <p className={css.rest}>{percent(Math.max(0, rest))} that none of these caused it.</p>
    </>
  )
}
