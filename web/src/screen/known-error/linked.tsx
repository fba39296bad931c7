import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { momentText } from '~/format/date'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { IncidentState, Severity } from '~/part/incident'
import { Responses } from '~/part/responses'
import { Button, Card, Stack } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { LinkedQuery, UnlinkKnownError } from './query'
import css from './view.module.css'

const PAGE = 8

/** The incidents that come from it, and the responses that report it. */
export function Linked({ error }: { error: string }) {
  const words = useWords()
  const { handlesIncidents } = useRights()
  const [shown, setShown] = useState({ incidents: PAGE, responses: PAGE })
  const { result, refresh } = useScreenQuery(LinkedQuery, { error, ...shown })
  useLiveRefresh(['incident', 'feedback'], refresh)
  const [{ fetching }, unlink] = useMutation(UnlinkKnownError)
  const [refusal, setRefusal] = useState<string | null>(null)
  async function remove(incident: string) {
    const { data, error: failed } = await unlink({ input: { knownError: error, incidents: [incident], feedback: [] } })
    setRefusal(failed ? problemOf(failed).message : (data?.unlinkKnownError?.userErrors[0]?.message ?? null))
    refresh()
  }
  return (
    <Loaded result={result} retry={refresh} rows={5}>
      {({ knownError }) => {
        if (!knownError) return null
        const { incidents, feedback } = knownError
        return (
          <Stack>
            <Card flush title={`${capital(words('incidents'))} that come from it`} note={incidents.totalCount === 0 ? `None is linked. It is suggested to whoever records one like it.` : `${count(incidents.totalCount)} in all.`}>
              {refusal && <p role="alert" className={css.refusal}>{refusal}</p>}
              <ul aria-label={`${capital(words('incidents'))} that come from it`}>
                {incidents.nodes.map(({ id, title, severity, state, openedAt, features, product }) => (
                  <li key={id} className={css.incident}>
                    <Severity severity={severity} />
                    <span><Link className={table.main} to="/p/$product/incidents/$incident" params={{ product: product.key, incident: id }}>{title}</Link><span className={table.sub}>{[features.map(({ name }) => name).join(', '), momentText(openedAt)].filter(Boolean).join(' · ')}</span></span>
                    <IncidentState state={state} />
                    {handlesIncidents && <Button small kind="ghost" icon="close" disabled={fetching} aria-label={`${title} does not come from it`} title="It does not come from it" onClick={() => void remove(id)} />}
                  </li>
                ))}
              </ul>
              {incidents.nodes.length < incidents.totalCount && <p className={table.more}>{count(incidents.nodes.length)} of {count(incidents.totalCount)} <Button small onClick={() => setShown({ ...shown, incidents: Math.min(200, shown.incidents * 4) })}>Show more</Button></p>}
            </Card>
            <Card flush title={`${capital(words('responses'))} that report it`} note={feedback.totalCount === 0 ? `None is linked yet.` : `${count(feedback.totalCount)} in all. Their ${words('customers')} hear of the fix.`}>
              {feedback.nodes.length > 0 && <Responses responses={feedback.nodes} />}
              {feedback.nodes.length < feedback.totalCount && <p className={table.more}>{count(feedback.nodes.length)} of {count(feedback.totalCount)} <Button small onClick={() => setShown({ ...shown, responses: Math.min(200, shown.responses * 4) })}>Show more</Button></p>}
            </Card>
          </Stack>
        )
      }}
    </Loaded>
  )
}
