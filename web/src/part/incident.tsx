import type { Enum } from '~/api/graphql'
import { classes } from '~/ui/parts'
import css from './incident.module.css'

const SEVERITIES = ['', 'Critical', 'Major', 'Medium', 'Minor']

/** 1 is the gravest. */
export function Severity({ severity }: { severity: number }) {
  const word = SEVERITIES[severity] ?? ''
  return (
    <span className={classes(css.severity, css[`s${severity}`])} title={`Severity ${severity}: ${word}`}>
      <span aria-hidden="true">S{severity}</span><span className="visually-hidden">Severity {severity}, {word}</span>
    </span>
  )
}

export function IncidentState({ state }: { state: Enum<'IncidentState'> }) {
  return <span className={classes(css.state, state === 'OPEN' && css.open)}>{state === 'OPEN' ? 'Open' : 'Resolved'}</span>
}
