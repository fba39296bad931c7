import { useState } from 'react'
import type { Days } from '~/format/date'
import { LENGTHS, type PeriodSearch } from '~/format/period'
import { Button, Input, Select } from './parts'
import css from './period-filter.module.css'

const LABELS: Record<(typeof LENGTHS)[number], string> = {
  30: 'Last 30 days', 90: 'Last 90 days', 180: 'Last 180 days', 365: 'Last year',
}
const CUSTOM = 'custom'

/** A period to choose: so many days up to today, or two days. */
export function PeriodFilter({ search, period, onChange }: { search: PeriodSearch; period: Days; onChange: (search: PeriodSearch) => void }) {
  const custom = Boolean(search.from)
  const [from, setFrom] = useState(period.from)
  const [until, setUntil] = useState(period.until)
  return (
    <span className={css.period}>
      <Select label="Period" quiet value={custom ? CUSTOM : (search.days ?? '90')} active={custom || (search.days ?? '90') !== '90'}
        choices={[...LENGTHS.map((value) => ({ value: value as string, label: LABELS[value] })), { value: CUSTOM, label: 'Between two days' }]}
        onChange={(value) => {
          if (value !== CUSTOM) return onChange({ days: value as PeriodSearch['days'] })
          setFrom(period.from)
          setUntil(period.until)
          onChange({ from: period.from, until: period.until })
        }} />
      {custom && (
        <form className={css.period} onSubmit={(event) => { event.preventDefault(); onChange({ from, until }) }}>
          <Input type="date" aria-label="First day" value={from} max={until} onChange={(event) => setFrom(event.target.value)} />
          <Input type="date" aria-label="Day after the last" value={until} min={from} onChange={(event) => setUntil(event.target.value)} />
          {(from !== search.from || until !== search.until) && <Button type="submit" small disabled={!from || !until || from >= until}>Apply</Button>}
        </form>
      )}
    </span>
  )
}
