import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights, useSession } from '~/app/session'
import { IntervalAxis, IntervalRow, Sparkline } from '~/chart/interval'
import { niceDomain } from '~/chart/scale'
import { difference } from '~/format/change'
import { before, longDay, today } from '~/format/date'
import { count, plusMinus, score } from '~/format/number'
import { periodOf, type PeriodSearch } from '~/format/period'
import { capital, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Card, classes, PageHead, Stack } from '~/ui/parts'
import { PeriodFilter } from '~/ui/period-filter'
import { Empty, Loaded, Skeleton } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Change, VerdictBadge } from '~/ui/verdict'
import { Attention } from './attention'
import { AttentionQuery, OverviewIncidentsQuery, OverviewQuery } from './query'
import css from './view.module.css'

export default function Overview() {
  const search: PeriodSearch = useSearch({ from: '/overview' })
  const navigate = useNavigate({ from: '/overview' })
  const { organization, products } = useSession()
  const { seesCustomers } = useRights()
  const words = useWords()
  const period = periodOf(search, today('UTC'))
  const { result, refresh } = useScreenQuery(OverviewQuery, { period, before: before(period) })
  const attention = useScreenQuery(AttentionQuery, { period, before: before(period) }).result
  const incidents = useScreenQuery(OverviewIncidentsQuery, {}, { pause: !seesCustomers }).result
  useLiveRefresh(['release', 'verdict', 'incident'], refresh)
  const open = new Map(incidents.data?.products?.nodes.map((product) => [product.key, product.incidents.totalCount]))
  return (
    <>
      <PageHead title={organization.name === 'Main' ? 'Overview' : organization.name} lead={`All ${words('products')} by their ${words('value')} as a whole, and what needs attention.`}
        actions={<PeriodFilter search={search} period={period} onChange={(next) => void navigate({ search: next, replace: true })} />} />
      {products.length === 0 ? <Empty title={`No ${words('products')} yet`} action={<Link to="/">Go to the first steps</Link>}>Here each {words('product')} stands with its {words('value')}, its latest {words('release')} and its open {words('incidents')}.</Empty> : (
        <Loaded result={result} retry={refresh}>
          {({ now, earlier, products: about }) => {
            const entries = now?.entries ?? []
            const domain = niceDomain(entries.flatMap(({ value }) => [value.lower, value.upper]), { floor: 0, ceiling: 100, margin: 0.5 })
            return (
              <Stack>
                <Card flush title={capital(words('products'))} actions={<ExportMenu title="products" figure={() => ({ kind: 'intervals', domain, rows: entries.map(({ product, value }) => ({ label: product.name, values: [{ estimate: value.score, lower: value.lower, upper: value.upper, text: `${score(value.score, value)} ${plusMinus(value)}` }] })) })}
                  table={() => [['product', 'value', 'lower', 'upper', 'responses'], ...entries.map(({ product, value }) => [product.name, value.score, value.lower, value.upper, value.responses])]} />}>
                  <table className={classes(table.table, css.table)}>
                    <thead><tr><th className={css.name}>{capital(words('product'))}</th><th className={css.chart}><IntervalAxis domain={domain} /></th><th className={classes(table.number, css.value)}>{capital(words('value'))}</th><th className={classes(table.number, css.change)}>Change</th><th className={css.trend}>Trend</th><th className={css.release}>Latest {words('release')}</th>{seesCustomers && <th className={classes(table.number, css.open)}>Open {words('incidents')}</th>}</tr></thead>
                    <tbody>
                      {entries.length === 0 && <tr><td colSpan={7} className={table.muted}>No {words('product')} has a {words('value')} yet: it appears with the first {words('responses')}.</td></tr>}
                      {entries.map(({ product, value }) => {
                        const then = earlier?.entries.find((entry) => entry.product.key === product.key)?.value
                        const more = about?.nodes.find(({ key }) => key === product.key)
                        const latest = more?.releases.nodes[0]
                        return (
                          <tr key={product.id}>
                            <th scope="row" className={css.name}><Link className={table.main} to="/p/$product/value" params={{ product: product.key }} search={search}>{product.name}</Link><span className={table.sub}>{product.description ?? `${count(value.responses)} ${words('responses')}`}</span></th>
                            <td className={css.chart}><IntervalRow domain={domain} estimate={value.score} lower={value.lower} upper={value.upper} before={then?.ranked ? then.score : null} thin={!value.ranked} label={`${product.name}: ${score(value.score, value)}`} /></td>
                            <td className={classes(table.number, css.value)}><b>{score(value.score, value)}</b> <small className={table.muted}>{plusMinus(value)}</small></td>
                            <td className={classes(table.number, css.change)}>{then?.ranked && value.ranked ? <Change {...difference(value, then)} /> : '–'}</td>
                            <td className={css.trend}><Sparkline values={more?.trend.map((point) => (point.value?.ranked ? point.value.score : null)) ?? []} /></td>
                            <td className={css.release}>{latest ? <><Link className={css.version} to="/p/$product/releases/$version" params={{ product: product.key, version: latest.version }}>{latest.version}</Link> {latest.regression && <VerdictBadge verdict={latest.regression.verdict} />}<span className={table.sub}>{latest.releasedOn && longDay(latest.releasedOn)}</span></> : '–'}</td>
                            {seesCustomers && <td className={classes(table.number, css.open)}><Link to="/p/$product/incidents" params={{ product: product.key }} search={{ state: 'OPEN' }}>{count(open.get(product.key) ?? 0)}</Link></td>}
                          </tr>
                        )
                      })}
                    </tbody>
                  </table>
                </Card>
                {attention.data?.products ? <Attention products={attention.data.products.nodes} incidents={incidents.data?.products?.nodes ?? []} /> : attention.fetching && <Skeleton rows={6} />}
              </Stack>
            )
          }}
        </Loaded>
      )}
    </>
  )
}
