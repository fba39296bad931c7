import { Link } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { addDays, longDay, today } from '~/format/date'
import { count, fixed, percent, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Card, classes, Stat, Stats } from '~/ui/parts'
import table from '~/ui/table.module.css'
import css from './preparedness.module.css'
import { PreparednessQuery, type PreparednessData } from './preparedness.query'

const DAYS = 90

export function hoursText(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`
  return hours < 48 ? `${fixed(hours)} h` : `${fixed(hours / 24)} d`
}

/** How long before a release it was announced: "3 d before", "2 h after". */
function leadText(hours: number | null): string {
  if (hours === null) return 'not announced'
  return `${hoursText(Math.abs(hours))} ${hours < 0 ? 'after' : 'before'}`
}

/** Of the last 90 days, in four numbers. */
export function Preparedness() {
  const { key: product, timeZone } = useProduct()
  const until = addDays(today(timeZone), 1)
  const { result, refresh } = useScreenQuery(PreparednessQuery, { product, period: { from: addDays(until, -DAYS), until } })
  useLiveRefresh(['announcement', 'release'], refresh)
  const found = result.data?.product?.preparedness
  if (!found || found.shippedReleases === 0) return null
  return <PreparednessStats preparedness={found} note={`in the last ${DAYS} days`} />
}

export function PreparednessStats({ preparedness, note }: { preparedness: PreparednessData; note: string }) {
  const words = useWords()
  const { shippedReleases, announcedReleases, medianLeadTimeHours, attributedIncidents, surpriseIncidents, releases } = preparedness
  const covered = releases.flatMap(({ coverage, affectedCustomers }) => (coverage !== null && affectedCustomers ? [{ coverage, affectedCustomers }] : []))
  const affected = covered.reduce((sum, one) => sum + one.affectedCustomers, 0)
  const reached = covered.reduce((sum, one) => sum + one.coverage * one.affectedCustomers, 0)
  return (
    <Stats>
      <Stat label={`${capital(words('releases'))} announced`} value={count(announcedReleases)} unit={`of ${count(shippedReleases)}`} note={`before they shipped, ${note}`} />
      <Stat label="Median lead time" value={medianLeadTimeHours === null ? '–' : hoursText(medianLeadTimeHours)} note={medianLeadTimeHours === null ? `No ${words('release')} was announced in time` : `from the publication to the ${words('release')}`} />
      <Stat label={`Affected ${words('customers')} notified`} value={affected > 0 ? percent(reached / affected) : '–'} note={affected > 0 ? `of ${plural(affected, words('customer'), words('customers'))}` : 'None is known to be affected'} />
      <Stat label={`Surprise ${words('incidents')}`} value={count(surpriseIncidents)} unit={`of ${count(attributedIncidents)}`} note={`of a ${words('release')} that nobody had announced`} />
    </Stats>
  )
}

/** Whether support heard of each release before its customers did. */
export function PreparednessCard({ preparedness }: { preparedness: PreparednessData }) {
  const { key: product } = useProduct()
  const words = useWords()
  if (preparedness.releases.length === 0) return null
  return (
    <Card flush title="How well support was prepared" note={`Whether support heard of each ${words('release')} before ${words('customers')} did.`} actions={<ExportMenu title="Preparedness" table={() => [['release', 'released_on', 'announcement', 'lead_time_hours', 'acknowledgements', 'affected_customers', 'coverage'], ...preparedness.releases.map(({ release, announcement, leadTimeHours, acknowledgements, affectedCustomers, coverage }) => [release.version, release.releasedOn, announcement?.title, leadTimeHours, acknowledgements, affectedCustomers, coverage])]} />}>
      <table className={classes(table.table, css.table)}>
        <thead><tr><th className={css.release}>{capital(words('release'))}</th><th>{capital(words('announcement'))}</th><th className={css.lead}>Published</th><th className={classes(table.number, css.wide)}>Acknowledged</th><th className={classes(table.number, css.wide)}>Notified</th></tr></thead>
        <tbody>
          {preparedness.releases.map(({ release, announcement, leadTimeHours, acknowledgements, affectedCustomers, coverage }) => (
            <tr key={release.id}>
              <th scope="row" className={css.release}><Link className={table.main} to="/p/$product/releases/$version" params={{ product, version: release.version }}>{release.version}</Link><span className={table.sub}>{release.releasedOn && longDay(release.releasedOn)}</span></th>
              <td>{announcement ? <Link to="/p/$product/announcements/$announcement" params={{ product, announcement: announcement.id }}>{announcement.title}</Link> : <span className={table.muted}>none</span>}</td>
              <td className={classes(css.lead, leadTimeHours === null || leadTimeHours < 0 ? css.late : undefined)}>{leadText(leadTimeHours)}</td>
              <td className={classes(table.number, css.wide)}>{count(acknowledgements)}</td>
              <td className={classes(table.number, css.wide)} title={affectedCustomers === null ? 'Too few to be shown to you' : undefined}>{coverage === null ? <span className={table.muted}>–</span> : <>{percent(coverage)}{affectedCustomers !== null && <span className={table.sub}>of {count(affectedCustomers)}</span>}</>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
