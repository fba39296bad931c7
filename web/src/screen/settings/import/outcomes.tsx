import { count, plural } from '~/format/number'
import { useSaid } from '~/format/vocabulary'
import { classes } from '~/ui/parts'
import { Message } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CREATED, CREATED_BY, FIELDS, shownText, type Created } from './fields'
import type { Outcome, Preview, Reject } from './send'
import css from './view.module.css'

const KIB = 1024

export function bytesText(bytes: number): string {
  if (bytes < KIB) return plural(bytes, 'byte')
  return bytes < KIB * KIB ? `${count(bytes / KIB)} KiB` : `${(bytes / KIB / KIB).toFixed(1)} MiB`
}

/** How the file was read. */
export function Found({ seen, size }: { seen: Preview; size: number }) {
  return <><Message text={[seen.preset && `Export of ${seen.preset}`, seen.about.replace(/^(csv|json|xlsx|xlsb|xls|ods)\b/, (format) => format.toUpperCase())].filter(Boolean).join(': ')} />, {bytesText(size)}</>
}

/** What can become of a row, in the order of the bar. */
const OUTCOMES: { of: (rows: Outcome) => number; label: string; look: string }[] = [
  { of: ({ accepted }) => accepted, label: 'stored', look: 'stored' },
  { of: ({ updated }) => updated, label: 'updated', look: 'updated' },
  { of: ({ unchanged, deleted }) => unchanged + deleted, label: 'known already', look: 'unchanged' },
  { of: ({ differing }) => differing, label: 'known with other contents', look: 'differing' },
  { of: ({ skipped }) => skipped, label: 'skipped', look: 'skipped' },
  { of: ({ rejected }) => rejected, label: 'rejected', look: 'rejected' },
]

export function OutcomeBar({ rows }: { rows: Outcome }) {
  const some = OUTCOMES.map(({ of, ...rest }) => ({ ...rest, number: of(rows) })).filter(({ number }) => number > 0)
  return (
    <div>
      <div className={css.bar} aria-hidden="true">{some.map(({ label, look, number }) => <span key={label} className={css[look]} style={{ flexGrow: number }} />)}</div>
      <ul className={css.legend}>
        {some.map(({ label, look, number }) => <li key={label}><i className={classes(css.dot, css[look])} aria-hidden="true" /><b>{count(number)}</b> {label}</li>)}
      </ul>
    </div>
  )
}

/** What the rows would become, and why some would be refused. */
export function Outcomes({ seen, stale, create, onCreate }: { seen: Preview; stale: boolean; create: readonly Created[]; onCreate: (create: Created[]) => void }) {
  const say = useSaid()
  const { rows, firstRows, rejects, created, warnings, hasMoreRows, missing, kind } = seen
  const fields = FIELDS[kind].filter(({ name }) => firstRows.some((row) => row[name]))
  const label = (name: string) => say(FIELDS[kind].find((field) => field.name === name)?.label ?? name)
  if (missing.length > 0) return <section className={css.part}><h3>What each row becomes</h3><p>Say first where {missing.map(label).join(' and ')} {missing.length === 1 ? 'comes' : 'come'} from.</p></section>
  const wanted = CREATED_BY[kind].filter((one) => create.includes(one) || rejects.some(({ reason }) => reason.includes(`--create ${one}`)) || created.some((of) => of.kind === one))
  return (
    <section aria-labelledby="import-rows" className={classes(css.part, stale && css.stale)}>
      <h3 id="import-rows">What each row becomes</h3>
      <p className={css.small}>{hasMoreRows ? `The first ${count(rows.read)} rows were tried` : `All ${plural(rows.read, 'row')} were tried`}, and nothing was stored.</p>
      <OutcomeBar rows={rows} />
      {wanted.length > 0 && (
        <fieldset className={css.create}>
          <legend>Create what rows name and is not there</legend>
          {wanted.map((one) => {
            const names = created.find((of) => of.kind === one)
            return (
              <label key={one}><input type="checkbox" checked={create.includes(one)} onChange={({ target }) => onCreate(CREATED.filter((other) => (other === one ? target.checked : create.includes(other))))} />
                {say(one)}{names && <small dir="auto">{count(names.number)}: {names.names.slice(0, 6).join(', ')}{names.number > 6 && '…'}</small>}
              </label>
            )
          })}
        </fieldset>
      )}
      <Rejects rejects={rejects.map((one) => ({ ...one, reason: one.reason.replace(/; create missing ones with --create \w+$/, '') }))} rejected={rows.rejected} title={hasMoreRows ? 'Why rows would be rejected' : `Why ${plural(rows.rejected, 'row')} would be rejected`} labelOf={label} />
      {warnings.length > 0 && <ul className={css.warnings} aria-label="Warnings">{warnings.map((text) => <li key={text} dir="auto"><Message text={text} /></li>)}</ul>}
      {firstRows.length > 0 && (
        <div className={css.wide}>
          <table className={classes(table.table, css.rows)} aria-label="First rows">
            <thead><tr>{fields.map(({ name, label: text }) => <th key={name} scope="col">{say(text)}</th>)}</tr></thead>
            <tbody>{firstRows.map((row, index) => <tr key={index}>{fields.map(({ name }) => <td key={name} dir="auto">{shownText(name, row[name] ?? '')}</td>)}</tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}

export function Rejects({ rejects, rejected, title, labelOf, heading: Heading = 'h4' }: { rejects: readonly Reject[]; rejected: number; title: string; labelOf: (field: string) => string; heading?: 'h3' | 'h4' }) {
  if (rejected === 0) return null
  return (
    <div className={css.rejects}>
      <Heading>{title}</Heading>
      <ul>
        {rejects.map(({ field, reason, line, rows }) => (
          <li key={`${field} ${reason} ${line}`}>
            <span>{field && <b>{labelOf(field)}: </b>}<span dir="auto"><Message text={reason} /></span></span>
            <small>{plural(rows, 'row')}, first in line {count(line)}</small>
          </li>
        ))}
      </ul>
    </div>
  )
}

