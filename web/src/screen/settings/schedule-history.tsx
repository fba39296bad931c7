import { Link } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'
import { useMutation } from 'urql'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { away, duration, momentText } from '~/format/date'
import { plural } from '~/format/number'
import { capital } from '~/format/vocabulary'
import { classes } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Act } from './act'
import { ReplayReports, ScheduleHistoryQuery, type History } from './schedules.query'
import css from './view.module.css'

export const OUTCOMES: Record<Enum<'JobOutcome'>, string> = {
  SUCCEEDED: 'done', FAILED: 'failed', RETRIED: 'failed, will be repeated', RUNNING: 'running', LOST: 'lost by its server, repeated', STOPPED: 'stopped with its server, repeated',
}

/** Runs end some time after they were asked for, so it looks again while it is open. */
const AGAIN = 2000

/** What a schedule did, and what became of what it sent. */
export function ScheduleHistory({ schedule, name }: { schedule: string; name: string }) {
  const { result, refresh } = useScreenQuery(ScheduleHistoryQuery, { schedule })
  const look = useEffectEvent(refresh)
  useEffect(() => {
    const timer = setInterval(look, AGAIN)
    return () => clearInterval(timer)
  }, [])
  return (
    <section className={css.history} aria-label={`History of ${name}`}>
      <Loaded result={{ ...result, fetching: false }} retry={refresh} rows={2}>
        {({ schedule: found }) => found && (
          <>
            <Runs runs={found.runs} />
            <Deliveries schedule={schedule} name={name} deliveries={found.deliveries} onChange={refresh} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function Runs({ runs: { nodes } }: { runs: History['runs'] }) {
  return (
    <div>
      <h3>Runs</h3>
      {nodes.length === 0 && <p className={table.muted}>It has not run yet.</p>}
      <ul>
        {nodes.map(({ startedAt, endedAt, outcome, message, attempt }) => (
          <li key={startedAt}>
            <span className={classes(css.outcome, outcome === 'SUCCEEDED' && css.good, (outcome === 'FAILED' || outcome === 'RETRIED') && css.bad)}>{capital(OUTCOMES[outcome])}</span>
            <span>{momentText(startedAt)}{endedAt && Date.parse(endedAt) - Date.parse(startedAt) >= 60_000 && <small> in {duration(startedAt, endedAt)}</small>}{attempt > 1 && <small> attempt {attempt}</small>}{message && <small className={css.message}>{message}</small>}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const STATES = { PENDING: 'on its way', DELIVERED: 'accepted', DEAD: 'given up' } as const

function Deliveries({ schedule, name, deliveries: { nodes }, onChange }: { schedule: string; name: string; deliveries: History['deliveries']; onChange: () => void }) {
  const [, replay] = useMutation(ReplayReports)
  if (nodes.length === 0) return null
  const again = async (deliveries?: string[]) => {
    const { data, error } = await replay({ input: { schedule, deliveries } })
    onChange()
    return { error, refusals: data?.replayReportDeliveries?.userErrors, done: `${plural(data?.replayReportDeliveries?.replayed ?? 0, 'delivery', 'deliveries')} on the way again.` }
  }
  return (
    <div>
      <h3>Deliveries {nodes.some(({ state }) => state === 'DEAD') && <Act label="Send all given up again" what={`of ${name}`} onAct={() => again()} />}</h3>
      <ul>
        {nodes.map(({ id, createdAt, state, attempts, failure, nextAttemptAt, destination, report }) => (
          <li key={id}>
            <span className={classes(css.outcome, state === 'DELIVERED' && css.good, state === 'DEAD' && css.bad)}>{capital(STATES[state])}</span>
            <span>{report ? <Link to="/report/$report" params={{ report: report.id }}>{report.title}</Link> : 'a report that was deleted'} to {destination.label} <small>{momentText(createdAt)}, {plural(attempts, 'attempt')}{nextAttemptAt && `, next ${away(nextAttemptAt)}`}</small>{failure && <small className={css.message}>{failure}</small>}</span>
            <Act label="Send again" what={`${report?.title ?? ''} to ${destination.label}`} onAct={() => again([id])} />
          </li>
        ))}
      </ul>
    </div>
  )
}
