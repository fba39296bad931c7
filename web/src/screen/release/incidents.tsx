import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Attribution } from '~/part/attribution'
import { IncidentState, Severity } from '~/part/incident'
import { Button, Card } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { ReleaseIncidentsQuery } from './query'
import css from './view.module.css'

const PAGE = 10

/** The incidents that count for the release, and who says so. */
export function ReleaseIncidents({ version }: { version: string }) {
  const { key: product } = useProduct()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(ReleaseIncidentsQuery, { product, release: version, first })
  useLiveRefresh(['incident'], refresh)
  return (
    <Card flush title={`${capital(words('incidents'))} of ${version}`} note={`Confirm or reject the cause of each; the scores follow at once.`}>
      <Loaded result={result} retry={refresh}>
        {({ release }) => {
          const { nodes, totalCount } = release?.incidents ?? { nodes: [], totalCount: 0 }
          if (nodes.length === 0) return <div className={table.more}><Empty title={`No ${words('incidents')}`}>None is attributed to this {words('release')}.</Empty></div>
          return (
            <>
              <ul>
                {nodes.map((incident) => (
                  <li key={incident.id} className={css.incident}>
                    <Severity severity={incident.severity} />
                    <div>
                      <Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: incident.id }}>{incident.title}</Link>
                      <span className={table.sub}>
                        {[incident.features.map(({ name }) => name).join(', '), momentText(incident.openedAt), incident.affectedCustomers === null ? null : plural(incident.affectedCustomers, words('customer'), words('customers'))].filter(Boolean).join(' · ')}
                      </span>
                    </div>
                    <IncidentState state={incident.state} />
                    <Attribution incident={incident} />
                  </li>
                ))}
              </ul>
              <p className={table.more}>{count(nodes.length)} of {count(totalCount)}{nodes.length < totalCount && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}
