import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { momentText } from '~/format/date'
import { count, fixed } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { CandidateRow, reasonOf } from '~/part/attribution'
import { Severity } from '~/part/incident'
import { Button, Card } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { SuspectedQuery, type Suspected as One } from './query'
import css from './view.module.css'

const PAGE = 6

/** Incidents that the release may have caused, with the probability and the reason of each, for people to decide. */
export function Suspected({ version }: { version: string }) {
  const { key: product } = useProduct()
  const words = useWords()
  const [shown, setShown] = useState(PAGE)
  const { result, refresh } = useScreenQuery(SuspectedQuery, { product, release: version })
  useLiveRefresh(['incident'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={3}>
      {({ release }) => {
        const all = release?.suspectedIncidents ?? []
        if (!release) return null
        const expected = all.reduce((sum, { confidence }) => sum + confidence, 0)
        return (
          <Card title={`${capital(words('incidents'))} that ${version} may have caused`}
            note={all.length === 0 ? `None of the 28 days after it is likely to come from it.` : `About ${fixed(expected)} of these ${count(all.length)}, by the probabilities that were computed. They count for no score until somebody confirms them.`}>
            {all.length > 0 && <ul className={css.suspected} aria-label={`${capital(words('incidents'))} that it may have caused`}>{all.slice(0, shown).map((one) => <Line key={one.incident.id} suspected={one} />)}</ul>}
            {all.length > shown && <p className={css.more}>{count(shown)} of {count(all.length)} <Button small onClick={() => setShown(all.length)}>Show all</Button></p>}
          </Card>
        )
      }}
    </Loaded>
  )
}

function Line({ suspected }: { suspected: One }) {
  const { key: product } = useProduct()
  const words = useWords()
  const { incident } = suspected
  return (
    <CandidateRow incident={incident} candidate={suspected}
      title={<span className={css.suspect}><Severity severity={incident.severity} /><Link className={table.main} to="/p/$product/incidents/$incident" params={{ product, incident: incident.id }}>{incident.title}</Link></span>}
      reason={`${momentText(incident.openedAt)}. ${reasonOf(suspected, incident.openedAt, incident.features, words)}`} />
  )
}
