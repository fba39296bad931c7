import { useState } from 'react'
import { count, plural } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { Icon } from '~/ui/icon'
import { Button, Card, classes, Segmented } from '~/ui/parts'
import table from '~/ui/table.module.css'
import { cellText, columnName, isNumeric } from './report'
import css from './report.module.css'
import type { ReportData } from './report.query'

const ROWS = 25

type Change = ReportData['changes'][number]

const TONES = { GOOD: { icon: 'up', look: 'good' }, BAD: { icon: 'fall', look: 'bad' }, NEUTRAL: { icon: 'minus', look: 'even' } } as const

/** The first thing that a report says: what changed, the most important first. */
export function Changes({ changes, since }: { changes: Change[]; since: string | null }) {
  const words = useWords()
  return (
    <Card title="What changed" note={since ? `Since ${since}, the most important first.` : `The first of its kind: there is nothing to compare it with.`}>
      {changes.length === 0
        ? <p className={table.muted}>{since ? 'Nothing that is more than chance.' : `Later ${words('iterations')} are compared with it.`}</p>
        : (
          <ul className={css.changes} aria-label="What changed">
            {changes.map(({ tone, subject, text }) => {
              const { icon, look } = TONES[tone]
              return <li key={`${subject} ${text}`}><span className={classes(css.sign, css[look])}><Icon name={icon} size={12} /></span><span><b>{subject}</b> {text}</span></li>
            })}
          </ul>
        )}
    </Card>
  )
}

/** The figures, one table at a time. */
export function Tables({ tables, download }: { tables: ReportData['tables']; download?: (table: string) => React.ReactNode }) {
  const [chosen, choose] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const filled = tables.filter(({ rows }) => rows.length > 0)
  const shown = filled.find(({ name }) => name === chosen) ?? filled[0]
  if (!shown) return <Card title="Figures"><p className={table.muted}>It has no figures: there were no data.</p></Card>
  const columns = shown.columns.map((name, at) => ({ name, at, numeric: isNumeric(shown.rows, at) })).filter(({ at }) => shown.rows.some((row) => row[at] !== null)).filter(({ name }) => name !== 'feature' || !shown.columns.includes('name'))
  const rows = all ? shown.rows : shown.rows.slice(0, ROWS)
  return (
    <Card flush title="Figures" note={`${plural(shown.rows.length, 'row')}. The files have all digits.`} actions={download?.(shown.name)}>
      <div className={css.tabs}><Segmented label="Table" value={shown.name} onChange={(next) => { choose(next); setAll(false) }} choices={filled.map(({ name }) => ({ value: name, label: columnName(name) }))} /></div>
      <div className={css.scroll} role="region" aria-label={`Table ${columnName(shown.name)}`} tabIndex={0}>
        <table className={table.table}>
          <thead><tr>{columns.map(({ name, numeric }) => <th key={name} className={numeric ? table.number : undefined}>{columnName(name)}</th>)}</tr></thead>
          <tbody>{rows.map((row, index) => <tr key={index}>{columns.map(({ name, at, numeric }) => <td key={name} dir={numeric ? undefined : 'auto'} className={numeric ? table.number : undefined}>{cellText(row[at])}</td>)}</tr>)}</tbody>
        </table>
      </div>
      {rows.length < shown.rows.length && <p className={table.more}>{count(rows.length)} of {count(shown.rows.length)} <Button small onClick={() => setAll(true)}>Show all</Button></p>}
    </Card>
  )
}
