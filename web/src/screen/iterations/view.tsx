import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { addDays, length, periodText, today } from '~/format/date'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, PageHead, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { IterationDaysQuery, IterationsQuery } from './query'
import css from './view.module.css'

const PAGE = 13
/** As many days as one chart of the API has. */
const DAYS = 400

export default function Iterations() {
  const { key: product, name, timeZone } = useProduct()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(IterationsQuery, { product, first })
  const shown = result.data?.product?.iterations.nodes ?? []
  const until = shown[0]?.period.until ?? today(timeZone)
  const earliest = shown.at(-1)?.period.from ?? addDays(until, -1)
  const from = earliest < addDays(until, -DAYS) ? addDays(until, -DAYS) : earliest
  const days = useScreenQuery(IterationDaysQuery, { product, period: { from, until } }, { pause: shown.length === 0 }).result
  const timeline = days.data?.product?.timeline
  const now = today(timeZone)
  return (
    <>
      <PageHead title={`${capital(words('iterations'))} of ${name}`} lead={`What ${words('customers')} experienced in each.`} />
      <Loaded result={result} retry={refresh} rows={10}>
        {({ product: found }) => {
          const { nodes, totalCount } = found?.iterations ?? { nodes: [], totalCount: 0 }
          if (nodes.length === 0) return <Empty title={`No ${words('iterations')} yet`}>They are created by the API (createIteration), or imported from your planning tool.</Empty>
          return (
            <Card flush title={`${count(totalCount)} ${words('iterations')}`} actions={<ExportMenu title={`${name} ${words('iterations')}`} table={() => [
              ['iteration', 'from', 'until', 'goal'], ...nodes.map(({ name: title, period, goal }) => [title, period.from, period.until, goal]),
            ]} />}>
              <table className={classes(table.table, table.list, css.table)}>
                <thead><tr><th className={css.name}>{capital(words('iteration'))}</th><th>Goal</th><th className={css.releases}>{capital(words('releases'))}</th><th className={classes(table.number, css.count)}>{capital(words('responses'))}</th><th className={classes(table.number, css.count)}>{capital(words('incidents'))} opened</th></tr></thead>
                <tbody>
                  {nodes.map(({ id, name: title, goal, period }) => {
                    const inside = (day: string) => day >= period.from && day < period.until
                    const points = timeline?.points.filter((point) => inside(point.period.from)) ?? []
                    const running = inside(now)
                    return (
                      <tr key={id}>
                        <th scope="row" className={css.name}>
                          <Link className={table.main} to="/p/$product/iterations/$iteration" params={{ product, iteration: id }}>{title}</Link> {running && <Tag>day {length({ from: period.from, until: now }) + 1} of {length(period)}</Tag>}
                          <span className={table.sub}>{periodText(period)}</span>
                        </th>
                        <td className={css.goal}>{goal}</td>
                        <td className={css.releases}>{timeline?.releases.filter(({ day }) => inside(day)).map(({ release: { version } }) => <Link key={version} className={css.release} to="/p/$product/releases/$version" params={{ product, version }}>{version}</Link>)}</td>
                        <td className={table.number}>{points.length > 0 ? count(points.reduce((sum, { responses }) => sum + responses, 0)) : '–'}</td>
                        <td className={table.number}>{points.length > 0 ? count(points.reduce((sum, { incidentsOpened }) => sum + incidentsOpened, 0)) : '–'}</td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
              {nodes.length < totalCount && <p className={table.more}>{count(nodes.length)} of {count(totalCount)}<Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button></p>}
            </Card>
          )
        }}
      </Loaded>
    </>
  )
}
