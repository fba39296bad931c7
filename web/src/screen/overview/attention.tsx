import { Link } from '@tanstack/react-router'
import { useSession } from '~/app/session'
import { ago, longDay } from '~/format/date'
import { count, plural, score, signed } from '~/format/number'
import { isClear, story } from '~/format/sentence'
import { capital, useWords } from '~/format/vocabulary'
import { findingOf } from '~/part/finding'
import { Severity } from '~/part/incident'
import { hoursText } from '~/part/preparedness'
import { SentenceText } from '~/part/story'
import { rowsOf } from '~/screen/explorer/rows'
import { ExportMenu } from '~/ui/export-menu'
import { Card } from '~/ui/parts'
import table from '~/ui/table.module.css'
import { Change, VerdictBadge } from '~/ui/verdict'
import type { OverviewIncident, OverviewProduct } from './query'
import css from './view.module.css'

/** So many lines a list has at most. */
const LISTED = 6

interface Props {
  products: OverviewProduct[]
  incidents: { key: string; incidents: { nodes: OverviewIncident[] } }[]
}

/** Over all products: what changed clearly, what the latest releases did, and what is broken now. */
export function Attention({ products, incidents }: Props) {
  return (
    <div className={css.attention}>
      <Changes products={products} />
      <Releases products={products} />
      {incidents.length > 0 && <Open incidents={incidents} />}
      <Prepared products={products} />
    </div>
  )
}

function useProductName() {
  const { products } = useSession()
  return (key: string) => (products.length > 1 ? `${products.find((one) => one.key === key)?.name ?? key} · ` : '')
}

function Changes({ products }: { products: OverviewProduct[] }) {
  const words = useWords()
  const nameOf = useProductName()
  const changed = products
    .flatMap((product) => rowsOf(product).filter(({ feature, change }) => feature && change?.clear).map((row) => ({ product: product.key, ...row })))
    .toSorted((left, right) => Math.abs(right.change?.estimate ?? 0) - Math.abs(left.change?.estimate ?? 0))
  return (
    <Card title="Clear changes" note={`${capital(words('features'))} whose ${words('value')} differs clearly from the previous period.`} actions={<ExportMenu title="Clear changes" table={() => [['product', 'feature', 'value', 'value_before', 'change', 'change_lower', 'change_upper'], ...changed.map(({ product, key, value, before, change }) => [product, key, value.score, before?.score, change?.estimate, change?.lower, change?.upper])]} />}>
      {changed.length === 0 && <p className={table.muted}>None: all changes are within chance.</p>}
      <ul className={css.list}>
        {changed.slice(0, LISTED).map(({ product, key, name, value, before, change }) => (
          <li key={`${product} ${key}`}>
            <span><Link className={table.main} to="/p/$product/features/$feature" params={{ product, feature: key }}>{name}</Link><span className={table.sub}>{nameOf(product)}{before && `${score(before.score, before)} → `}{score(value.score, value)}</span></span>
            <span title={change ? `${signed(change.lower, 1)} to ${signed(change.upper, 1)}` : undefined}>{change && <Change {...change} />}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Releases({ products }: { products: OverviewProduct[] }) {
  const words = useWords()
  const nameOf = useProductName()
  const latest = products
    .flatMap((product) => product.releases.nodes.map((release) => ({ product: product.key, ...release })))
    .toSorted((left, right) => (right.releasedOn ?? '').localeCompare(left.releasedOn ?? ''))
  return (
    <Card title={`Latest ${words('releases')}`} actions={<ExportMenu title={`Latest ${words('releases')}`} table={() => [['product', 'version', 'released_on', 'verdict'], ...latest.map(({ product, version, releasedOn, regression }) => [product, version, releasedOn, regression?.verdict])]} />}>
      {latest.length === 0 && <p className={table.muted}>None has shipped yet.</p>}
      <ul className={css.list}>
        {latest.slice(0, LISTED).map(({ product, version, releasedOn, regression }) => {
          const findings = (regression?.features ?? []).map(findingOf)
          const clear = findings.some(isClear) ? story(version, findings)[0] : undefined
          return (
            <li key={`${product} ${version}`}>
              <span>
                <Link className={table.main} to="/p/$product/releases/$version" params={{ product, version }}>{version}</Link>
                <span className={table.sub}>{nameOf(product)}{releasedOn && longDay(releasedOn)}</span>
                {clear && <span className={css.story}><SentenceText {...clear} /></span>}
              </span>
              {regression && <VerdictBadge verdict={regression.verdict} />}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

function Open({ incidents }: { incidents: Props['incidents'] }) {
  const words = useWords()
  const nameOf = useProductName()
  const open = incidents
    .flatMap(({ key, incidents: { nodes } }) => nodes.map((incident) => ({ product: key, ...incident })))
    .toSorted((left, right) => left.severity - right.severity || (right.affectedCustomers ?? 0) - (left.affectedCustomers ?? 0))
  return (
    <Card title={`Open ${words('incidents')}`} note={open.length > LISTED ? 'The most severe first.' : undefined} actions={<ExportMenu title={`Open ${words('incidents')}`} table={() => [['product', 'id', 'title', 'severity', 'opened_at', 'affected_customers', 'features'], ...open.map(({ product, id, title, severity, openedAt, affectedCustomers, features }) => [product, id, title, severity, openedAt, affectedCustomers, features.map(({ name }) => name).join(', ')])]} />}>
      {open.length === 0 && <p className={table.muted}>None is open.</p>}
      <ul className={css.list}>
        {open.slice(0, LISTED).map(({ product, id, title, severity, openedAt, affectedCustomers, features }) => (
          <li key={id}>
            <span><Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: id }}>{title}</Link>
              <span className={table.sub}>{nameOf(product)}{[features.map(({ name }) => name).join(', '), ago(openedAt), affectedCustomers === null ? null : plural(affectedCustomers, words('customer'), words('customers'))].filter(Boolean).join(' · ')}</span></span>
            <Severity severity={severity} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Whether support hears of a release before its customers do, by product. */
function Prepared({ products }: { products: OverviewProduct[] }) {
  const words = useWords()
  const nameOf = useProductName()
  const shipped = products.filter(({ preparedness }) => preparedness.shippedReleases > 0)
  if (shipped.length === 0) return null
  return (
    <Card title="How well support was prepared" note={`Whether it hears of a ${words('release')} before ${words('customers')} do.`} actions={<ExportMenu title="Preparedness" table={() => [['product', 'shipped_releases', 'announced_releases', 'median_lead_time_hours', 'attributed_incidents', 'surprise_incidents'], ...shipped.map(({ key, preparedness: of }) => [key, of.shippedReleases, of.announcedReleases, of.medianLeadTimeHours, of.attributedIncidents, of.surpriseIncidents])]} />}>
      <ul className={css.list}>
        {shipped.map(({ key, preparedness: { shippedReleases, announcedReleases, medianLeadTimeHours, attributedIncidents, surpriseIncidents } }) => (
          <li key={key}>
            <span>
              <Link className={table.main} to="/p/$product/announcements" params={{ product: key }}>{nameOf(key)}{count(announcedReleases)} of {plural(shippedReleases, words('release'), words('releases'))} announced</Link>
              <span className={table.sub}>{medianLeadTimeHours !== null && `${hoursText(medianLeadTimeHours)} before, in the median. `}{count(surpriseIncidents)} of {plural(attributedIncidents, words('incident'), words('incidents'))} came as a surprise.</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
