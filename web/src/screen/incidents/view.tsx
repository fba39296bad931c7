import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { ago, duration, momentText, periodText } from '~/format/date'
import { count, fixed } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { IncidentState, Severity } from '~/part/incident'
import { ImportLink } from '~/part/import-link'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, PageHead, Select, Stack, Stat, Stats, Toolbar } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Entry } from './entry'
import { IncidentsQuery, type IncidentRow } from './query'
import type { IncidentsSearch } from './search'
import css from './view.module.css'

const PAGE = 25
const SEVERITIES = ['1', '2', '3', '4']

export default function Incidents() {
  const { key: product, name } = useProduct()
  const search: IncidentsSearch = useSearch({ from: '/p/$product/incidents' })
  const navigate = useNavigate({ from: '/p/$product/incidents' })
  const { handlesIncidents } = useRights()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { state, severity, feature, release, entry } = search
  const filter = { state, feature, release, severity: severity ? [Number(severity)] : undefined }
  const { result, refresh } = useScreenQuery(IncidentsQuery, { product, filter, first })
  useLiveRefresh(['incident'], refresh)
  const change = (next: Partial<IncidentsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const noun = capital(words('incidents'))

  return (
    <Loaded page result={result} retry={refresh} rows={12}>
      {({ product: found }) => {
        if (!found) return null
        const { nodes, totalCount } = found.incidents
        const alert = found.alerts[0]
        return (
          <>
            <PageHead title={`${noun} of ${name}`} lead={found.open.totalCount === 0 ? 'None is open.' : `${count(found.open.totalCount)} open${found.grave.totalCount ? `, ${count(found.grave.totalCount)} of them critical or major` : ''}.`}
              actions={handlesIncidents && <Button kind="primary" icon="plus" onClick={() => change({ entry: 'yes' })}>New {words('incident')}</Button>} />
            <div className={css.filters}>
              <Toolbar label="Filters">
                <Select label="State" quiet value={state ?? ''} active={Boolean(state)} onChange={(next) => change({ state: next || undefined })}
                  choices={[{ value: '', label: 'Open and resolved' }, { value: 'OPEN', label: 'Open' }, { value: 'RESOLVED', label: 'Resolved' }]} />
                <Select label="Severity" quiet value={severity ?? ''} active={Boolean(severity)} onChange={(next) => change({ severity: next || undefined })}
                  choices={[{ value: '', label: 'All severities' }, ...SEVERITIES.map((value) => ({ value, label: `Severity ${value}` }))]} />
                <Select label={capital(words('feature'))} quiet value={feature ?? ''} active={Boolean(feature)} onChange={(next) => change({ feature: next || undefined })}
                  choices={[{ value: '', label: `All ${words('features')}` }, ...found.features.nodes.map((one) => ({ value: one.key, label: one.name }))]} />
                <Select label={capital(words('release'))} quiet value={release ?? ''} active={Boolean(release)} onChange={(next) => change({ release: next || undefined })}
                  choices={[{ value: '', label: `All ${words('releases')}` }, ...found.releases.nodes.map(({ version }) => ({ value: version, label: `${capital(words('release'))} ${version}` }))]} />
              </Toolbar>
            </div>
            <Stack>
              {alert && (
                <Stats>
                  <Stat label={`Latest burst: ${alert.feature?.name ?? name}`} value={count(alert.incidents)} unit={`where ${fixed(alert.expected, 1)} are expected`} note={periodText(alert.period)} />
                  <Stat label={`Bursts in the last 90 days`} value={count(found.alerts.length)} note="More than expected by chance" />
                </Stats>
              )}
              <Card flush title={`${count(totalCount)} ${totalCount === 1 ? words('incident') : words('incidents')}`} actions={<ExportMenu title={`${name} ${words('incidents')}`} table={() => csv(nodes)} />}>
                {nodes.length === 0
                  ? <div className={table.more}>{state ?? severity ?? feature ?? release ? <Empty title={`No ${words('incidents')}`}>Nothing matches these filters.</Empty> : <Empty title={`No ${words('incidents')} yet`} action={<ImportLink />}>They are entered here, sent by other systems (Settings, Webhooks), or imported.</Empty>}</div>
                  : <List incidents={nodes} />}
                {nodes.length < totalCount && <p className={table.more}>{count(nodes.length)} of {count(totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>}
              </Card>
            </Stack>
            {entry && handlesIncidents && <Entry features={found.features.nodes} releases={found.releases.nodes} onClose={() => change({ entry: undefined })} />}
          </>
        )
      }}
    </Loaded>
  )
}

function List({ incidents }: { incidents: IncidentRow[] }) {
  const { key: product } = useProduct()
  const words = useWords()
  return (
    <table className={classes(table.table, table.list, css.table)}>
      <thead>
        <tr>
          <th className={css.severity}><span className="visually-hidden">Severity</span></th><th>What is wrong</th><th className={css.state}>State</th>
          <th className={css.opened}>Opened</th><th className={css.lasted}>Duration</th><th className={classes(css.affected, table.number)}>{capital(words('customers'))}</th><th className={css.cause}>Cause</th>
        </tr>
      </thead>
      <tbody>
        {incidents.map(({ id, title, severity, state, openedAt, resolvedAt, affectedCustomers, features, attributions }) => {
          const cause = attributions.find(({ basis }) => basis !== 'REJECTED')
          return (
            <tr key={id}>
              <td className={css.severity}><Severity severity={severity} /></td>
              <th scope="row">
                <Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: id }}>{title}</Link>
                <span className={table.sub}>{features.map(({ name }) => name).join(', ') || `the ${words('product')} as a whole`}</span>
              </th>
              <td className={css.state}><IncidentState state={state} /></td>
              <td className={css.opened} title={momentText(openedAt)}>{ago(openedAt)}</td>
              <td className={css.lasted}>{resolvedAt ? duration(openedAt, resolvedAt) : <span className={table.muted}>{duration(openedAt, new Date().toISOString())} so far</span>}</td>
              <td className={classes(css.affected, table.number)}>{affectedCustomers === null ? <span className={table.muted}>unknown</span> : count(affectedCustomers)}</td>
              <td className={css.cause}>{cause?.release?.version ?? (cause ? 'no change' : <span className={table.muted}>unknown</span>)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function csv(incidents: IncidentRow[]) {
  return [
    ['id', 'title', 'severity', 'state', 'opened_at', 'resolved_at', 'features', 'affected_customers', 'release'],
    ...incidents.map(({ id, title, severity, state, openedAt, resolvedAt, features, affectedCustomers, attributions }) => [
      id, title, severity, state, openedAt, resolvedAt, features.map(({ key }) => key).join(' '), affectedCustomers, attributions[0]?.release?.version,
    ]),
  ]
}
