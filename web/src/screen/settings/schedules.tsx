import { useState } from 'react'
import { useMutation } from 'urql'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { cronText } from '~/format/cron'
import { ago, away, momentText } from '~/format/date'
import { plural } from '~/format/number'
import { capital, useWords, withArticle } from '~/format/vocabulary'
import { REPORT_KINDS } from '~/part/report'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Stack, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Act } from './act'
import { OUTCOMES, ScheduleHistory } from './schedule-history'
import { ScheduleDialog } from './schedule-dialog'
import { DeleteSchedule, JobsQuery, RunJob, RunSchedule, SchedulesQuery, UpdateSchedule, type ScheduleRow } from './schedules.query'
import { Remove } from './remove'
import css from './view.module.css'

export function Schedules() {
  const { administers } = useRights()
  const { result, refresh } = useScreenQuery(SchedulesQuery, {})
  const [edited, edit] = useState<ScheduleRow | 'new' | null>(null)
  return (
    <Stack>
      <Card flush title="Schedules" note="Reports that are written at set times, kept, and sent to where people read."
        actions={<Button small kind="primary" icon="plus" onClick={() => edit('new')}>New schedule</Button>}>
        <Loaded result={result} retry={refresh}>
          {({ schedules }) => schedules && schedules.nodes.length > 0
            ? <ul className={css.rows} aria-label="Schedules">{schedules.nodes.map((schedule) => <Line key={schedule.id} schedule={schedule} onEdit={() => edit(schedule)} onChange={refresh} />)}</ul>
            : <div className={table.more}><Empty title="No schedules yet">Let the report of each week or iteration come by itself.</Empty></div>}
        </Loaded>
      </Card>
      {administers && <Jobs />}
      {edited && <ScheduleDialog schedule={edited === 'new' ? null : edited} onClose={() => { edit(null); refresh() }} />}
    </Stack>
  )
}

function Line({ schedule, onEdit, onChange }: { schedule: ScheduleRow; onEdit: () => void; onChange: () => void }) {
  const words = useWords()
  const [open, setOpen] = useState(false)
  const [, run] = useMutation(RunSchedule)
  const [, update] = useMutation(UpdateSchedule)
  const [, remove] = useMutation(DeleteSchedule)
  const { id, name, report, audience, format, cron, timeZone, paused, nextRunAt, product, destinations, runs, dead } = schedule
  const last = runs.nodes[0]
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        <div>
          <b className={table.main}>{name}</b> {paused && <Tag>paused</Tag>} {dead.totalCount > 0 && <span className={css.bad}>{plural(dead.totalCount, 'delivery', 'deliveries')} given up</span>}
          <span className={table.sub}>{[`${REPORT_KINDS[report].label} report`, product?.name, `for ${audience.toLowerCase()}`, format, destinations.length > 0 ? `to ${destinations.map(({ label }) => label).join(', ')}` : 'only kept'].filter(Boolean).join(' · ')}</span>
        </div>
        <div className={css.when}>
          <span>{cron ? cronText(cron) : `When ${withArticle(words('iteration'))} ends`}{cron && <small> {timeZone}</small>}</span>
          <span className={table.sub} title={nextRunAt ? momentText(nextRunAt) : undefined}>{paused ? 'Only on request' : nextRunAt ? `Next ${away(nextRunAt)}` : `No ${words('iteration')} is planned`}{last && `; last ${ago(last.startedAt)}, ${OUTCOMES[last.outcome]}`}</span>
        </div>
      </div>
      <div className={css.acts}>
        <Act label="Run now" what={name} icon="iteration" onAct={async () => {
          const { data, error } = await run({ input: { schedule: id } })
          onChange()
          setOpen(true)
          return { error, refusals: data?.runSchedule?.userErrors, done: 'It runs now.' }
        }} />
        <Act label={paused ? 'Resume' : 'Pause'} what={name} onAct={async () => {
          const { data, error } = await update({ input: { schedule: id, paused: !paused } })
          return { error, refusals: data?.updateSchedule?.userErrors }
        }} />
        <Button small kind="ghost" aria-label={`History of ${name}`} aria-expanded={open} onClick={() => setOpen(!open)}>History</Button>
        <Button small kind="ghost" aria-label={`Change ${name}`} onClick={onEdit}>Change</Button>
        <Remove label="Delete" what={name} onRemove={async () => {
          const { data, error } = await remove({ input: { schedule: id } }, { additionalTypenames: ['Schedule'] })
          onChange()
          return { error, refusals: data?.deleteSchedule?.userErrors }
        }} />
      </div>
      {open && <ScheduleHistory schedule={id} name={name} />}
    </li>
  )
}

const JOBS = {
  ATTRIBUTE_INCIDENTS: 'Possible causes of incidents', DELIVER_REPORTS: 'Sending of reports', FOLLOW_UP: 'Notices and notifications',
  PRUNE_HISTORY: 'Deletion of old runs', PRUNE_OUTBOX: 'Deletion of old events', SCORE_PARAMETERS: 'Parameters of scores',
  SEND_DIGESTS: 'Digests of notifications',
} as const

/** The server's own work. */
function Jobs() {
  const { result, refresh } = useScreenQuery(JobsQuery, {})
  const [, run] = useMutation(RunJob)
  return (
    <Card flush title="The server's own jobs" note="They run by themselves; several servers share them."
      actions={<ExportMenu title="Jobs" table={() => [['job', 'last_started_at', 'outcome', 'message', 'next_run_at'], ...(result.data?.jobs ?? []).map(({ name, lastRun, nextRunAt }) => [name, lastRun?.startedAt, lastRun?.outcome, lastRun?.message, nextRunAt])]} />}>
      <Loaded result={result} retry={refresh}>
        {({ jobs }) => jobs && (
          <table className={classes(table.table, table.cards, css.jobs)}>
            <thead><tr><th>Job</th><th>Last run</th><th>Next run</th><th><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>
              {jobs.map(({ name, nextRunAt, isRunning, lastRun }) => (
                <tr key={name}>
                  <th scope="row">{JOBS[name]}</th>
                  <td data-label="Last run">{lastRun ? <>{capital(OUTCOMES[lastRun.outcome])} {ago(lastRun.startedAt)}<span className={table.sub}>{lastRun.message}</span></> : <span className={table.muted}>never</span>}</td>
                  <td data-label="Next run">{isRunning ? 'running' : <span title={momentText(nextRunAt)}>{away(nextRunAt)}</span>}</td>
                  <td className={table.number}><Act label="Run now" what={JOBS[name]} onAct={async () => {
                    const { data, error } = await run({ input: { name } })
                    refresh()
                    return { error, refusals: data?.runJob?.userErrors }
                  }} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </Card>
  )
}
