import { useEffect, useEffectEvent, useState } from 'react'
import { useMutation } from 'urql'
import { useScreenQuery } from '~/app/operations'
import { away, momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { classes, Segmented } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Act } from './act'
import { eventName } from './event'
import { ReplayDeliveries, WebhookDeliveriesQuery } from './webhooks.query'
import css from './view.module.css'

/** What is sent is accepted some time later, so it looks again while it is open. */
const AGAIN = 2000
const STATES = { PENDING: 'On its way', DELIVERED: 'Accepted', DEAD: 'Given up' } as const
type State = keyof typeof STATES

/** What was sent to a webhook, and what became of it. */
export function Deliveries({ webhook, name, onChange }: { webhook: string; name: string; onChange: () => void }) {
  const [state, setState] = useState<State | 'ALL'>('ALL')
  const { result, refresh } = useScreenQuery(WebhookDeliveriesQuery, { webhook, filter: state === 'ALL' ? {} : { state: [state] } })
  const look = useEffectEvent(refresh)
  useEffect(() => {
    const timer = setInterval(look, AGAIN)
    return () => clearInterval(timer)
  }, [])
  const [, replay] = useMutation(ReplayDeliveries)
  const again = async (deliveries?: string[]) => {
    const { data, error } = await replay({ input: { webhook, deliveries } })
    refresh()
    onChange()
    return { error, refusals: data?.replayWebhookDeliveries?.userErrors, done: `${plural(data?.replayWebhookDeliveries?.replayed ?? 0, 'delivery', 'deliveries')} on the way again.` }
  }
  return (
    <section className={css.history} aria-label={`Deliveries of ${name}`}>
      <div className={css.historyHead}>
        <Segmented label="Which deliveries" value={state} onChange={setState} choices={[{ value: 'ALL', label: 'All' }, { value: 'PENDING', label: 'On their way' }, { value: 'DEAD', label: 'Given up' }]} />
        <Act label="Send all given up again" what={`of ${name}`} icon="iteration" onAct={() => again()} />
      </div>
      <Loaded result={{ ...result, fetching: false }} retry={refresh} rows={2}>
        {({ webhook: found }) => found && (
          <>
            {found.deliveries.nodes.length === 0 && <p className={table.muted}>{state === 'ALL' ? 'Nothing was sent yet.' : 'None.'}</p>}
            <ul>
              {found.deliveries.nodes.map(({ id, event, createdAt, deliveryState, status, attempts, failure, nextAttemptAt, body }) => (
                <li key={id}>
                  <span className={classes(css.outcome, deliveryState === 'DELIVERED' && css.good, deliveryState === 'DEAD' && css.bad)}>{STATES[deliveryState]}</span>
                  <span>
                    {event ? eventName(event) : 'An event of another version'} <small>{[momentText(createdAt), plural(attempts, 'attempt'), status !== null && `status ${status}`, nextAttemptAt && `next ${away(nextAttemptAt)}`].filter(Boolean).join(', ')}</small>
                    {failure && <small className={css.message}>{failure}</small>}
                    <details><summary>Body</summary><pre className={css.body} tabIndex={0}>{body}</pre></details>
                  </span>
                  <Act label="Send again" what={`${event ? eventName(event) : ''} of ${momentText(createdAt)}`} onAct={() => again([id])} />
                </li>
              ))}
            </ul>
            {found.deliveries.totalCount > found.deliveries.nodes.length && <p className={table.muted}>The last {count(found.deliveries.nodes.length)} of {count(found.deliveries.totalCount)}.</p>}
          </>
        )}
      </Loaded>
    </section>
  )
}
