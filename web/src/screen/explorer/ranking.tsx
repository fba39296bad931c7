import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { IntervalAxis, IntervalRow, Sparkline } from '~/chart/interval'
import { niceDomain } from '~/chart/scale'
import type { Cell } from '~/chart/export'
import type { Figure } from '~/chart/figure'
import { plusMinus, range, score, shortCount } from '~/format/number'
import type { Days } from '~/format/date'
import { useProduct } from '~/app/session'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Icon } from '~/ui/icon'
import { Card, classes } from '~/ui/parts'
import { Change } from '~/ui/verdict'
import table from '~/ui/table.module.css'
import type { Row } from './rows'
import { ordered } from './rows'
import type { ExplorerSearch, Order } from './search'
import css from './view.module.css'

export type Trends = Map<string, (number | null)[]>

interface Props {
  rows: Row[]
  /** None: there is no column for them. */
  trends: Trends | null
  search: ExplorerSearch
  period: Days
  onOrder: (order: Order) => void
  note?: string
}

function Sort({ order, now, onOrder, children }: { order: Order; now: Order; onOrder: (order: Order) => void; children: string }) {
  return (
    <button type="button" className={table.sort} onClick={() => onOrder(order)}>
      {children}
      {order === now && <Icon name="down" size={12} />}
    </button>
  )
}

export function Ranking({ rows, trends, search, period, onOrder, note }: Props) {
  const words = useWords()
  const { name: product } = useProduct()
  const chart = useRef<HTMLDivElement>(null)
  const order = search.order ?? 'rank'
  const ranked = ordered(rows.filter((row) => row.value.ranked), order)
  const unranked = ordered(rows.filter((row) => !row.value.ranked), 'name')
  const domain = niceDomain(ranked.flatMap(({ value, before }) => [value.lower, value.upper, before?.score ?? value.score]), { floor: 0, ceiling: 100, wanted: 8, margin: 0.02 })
  const mean = ranked.find((row) => row.key)?.value.base ?? null
  const reach = Math.max(...rows.map((row) => row.exposed ?? 0), 1)
  const most = Math.max(...rows.map((row) => row.value.responses), 1)
  const shared = { trends, domain, mean, reach, most, search }
  const sort = (of: Order) => ({ 'aria-sort': of === order ? ('descending' as const) : undefined })

  return (
    <Card flush title={`${capital(words('features'))} by ${words('value')}`}
      note={note ?? 'From 0 to 100, whatever the scale. Neighbors whose intervals overlap may well be in the other order.'}
      actions={<ExportMenu title={`${product} ${words('value')} ${period.from}`} figure={() => figureOf([...ranked, ...unranked], domain)} also={trends ? { label: 'Trends', figure: () => trendsOf(ranked, trends, period) } : undefined} table={() => csv(ranked, unranked)} />}>
      <div ref={chart}>
        <div className={css.phoneAxis}><IntervalAxis domain={domain} /></div>
        <table className={classes(table.table, css.table)}>
          <thead>
            <tr>
              <th className={css.rank} {...sort('rank')}><Sort order="rank" now={order} onOrder={onOrder}>#</Sort></th>
              <th className={css.feature} {...sort('name')}><Sort order="name" now={order} onOrder={onOrder}>{capital(words('feature'))}</Sort></th>
              <th className={css.chart}><IntervalAxis domain={domain} /></th>
              <th className={classes(css.score, table.number)}>{capital(words('value'))}</th>
              <th className={classes(css.change, table.number)} {...sort('change')}><Sort order="change" now={order} onOrder={onOrder}>Change</Sort></th>
              {trends && <th className={css.trend}>Trend</th>}
              <th className={classes(css.reach, table.number)} {...sort('reach')}><Sort order="reach" now={order} onOrder={onOrder}>Users per day</Sort></th>
              <th className={classes(css.responses, table.number)} {...sort('responses')}><Sort order="responses" now={order} onOrder={onOrder}>{capital(words('responses'))}</Sort></th>
            </tr>
          </thead>
          <tbody>
            {ranked.map((row) => <RankingRow key={row.key} row={row} {...shared} />)}
            {unranked.length > 0 && <tr className={css.group}><th colSpan={4} scope="rowgroup">Too few {words('responses')} to rank; these values are mostly that of an average {words('feature')}</th><td className={css.change} />{trends && <td className={css.trend} />}<td className={css.reach} /><td className={css.responses} /></tr>}
            {unranked.map((row) => <RankingRow key={row.key} row={row} {...shared} />)}
          </tbody>
        </table>
      </div>
      <Legend before={ranked.some((row) => row.before)} feature={words('feature')} />
    </Card>
  )
}

interface RowProps {
  row: Row
  trends: Trends | null
  domain: [number, number]
  mean: number | null
  reach: number
  most: number
  search: ExplorerSearch
}

function RankingRow({ row, trends, domain, mean, reach, most, search }: RowProps) {
  const { key: product } = useProduct()
  const say = useSaid()
  const { value, feature, change, exposed } = row
  const { days, from, until, segment, release } = search
  return (
    <tr>
      <td className={css.rank}>{row.rank ?? '–'}</td>
      <th scope="row" className={css.feature}>
        {feature ? (
          <Link className={table.main} to="/p/$product/features/$feature" params={{ product, feature: feature.key }} search={{ days, from, until, segment, release }}>
            {row.name}
          </Link>
        ) : <span className={css.whole}>{say(row.name)}</span>}
        <span className={table.sub}>{feature?.team?.name}</span>
      </th>
      <td className={css.chart}>
        <IntervalRow domain={domain} estimate={value.score} lower={value.lower} upper={value.upper} before={row.before?.score} mark={mean}
          thin={!value.ranked} label={`${feature ? row.name : say(row.name)}: ${score(value.score, value)}, between ${range(value)}`} />
      </td>
      <td className={classes(css.score, table.number)}>
        <span className={value.ranked ? css.value : table.muted}>{score(value.score, value)}</span>
        <span className={css.pm}>{plusMinus(value)}</span>
      </td>
      <td className={classes(css.change, table.number)}>{change ? <Change {...change} /> : <span className={table.muted}>–</span>}</td>
      {trends && <td className={css.trend}><Sparkline values={trends.get(row.key) ?? []} /></td>}
      <td className={classes(css.reach, table.number)}>{exposed === null ? <span className={table.muted}>unknown</span> : <Share value={exposed} of={reach} />}</td>
      <td className={classes(css.responses, table.number)}><Share value={value.responses} of={most} /></td>
    </tr>
  )
}

function Share({ value, of }: { value: number; of: number }) {
  return <>{shortCount(value)}<span className={css.share}><i style={{ width: `${(value / of) * 100}%` }} /></span></>
}

function Legend({ before, feature }: { before: boolean; feature: string }) {
  return (
    <div className={css.legend} aria-hidden="true">
      <span><svg width="34" height="12"><line className={css.key} x1="3" x2="31" y1="6" y2="6" strokeWidth="6" strokeLinecap="round" opacity=".26" /><circle className={css.keyDot} cx="17" cy="6" r="5" strokeWidth="2" /></svg>this period, 90% interval</span>
      {before && <span><svg width="12" height="12"><circle className={css.keyBefore} cx="6" cy="6" r="3.5" /></svg>the previous period</span>}
      <span><svg width="6" height="14"><line className={css.keyMean} x1="3" x2="3" y1="0" y2="14" /></svg>an average {feature}</span>
    </div>
  )
}

function figureOf(rows: Row[], domain: [number, number]): Figure {
  return { kind: 'intervals', domain, rows: rows.map(({ name, value }) => ({ label: name, values: [{ estimate: value.score, lower: value.lower, upper: value.upper, text: `${score(value.score, value)} ${plusMinus(value)}` }] })) }
}

function trendsOf(rows: Row[], trends: Trends, { from, until }: Days): Figure {
  const drawn = rows.flatMap(({ key, name, value }) => {
    const values = key ? trends.get(key) : undefined
    return values ? [{ label: name, values, text: `${score(value.score, value)} ${plusMinus(value)}` }] : []
  })
  return { kind: 'trends', rows: drawn, from, until }
}

function csv(ranked: Row[], unranked: Row[]): Cell[][] {
  const header = ['rank', 'feature', 'team', 'value', 'lower', 'upper', 'change', 'change_lower', 'change_upper', 'users_per_day', 'responses']
  return [header, ...[...ranked, ...unranked].map(({ rank, name, feature, value, change, exposed }) => [
    rank, name, feature?.team?.name, value.score, value.lower, value.upper, change?.estimate, change?.lower, change?.upper, exposed, value.responses,
  ])]
}

