import { useState } from 'react'
import { useMutation } from 'urql'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Button, Card, classes, Input, Labeled, Segmented, Tag } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Act } from './act'
import { Remove } from './remove'
import { Secret } from './secret'
import { CreateInbound, DeleteInbound, InboundDeliveriesQuery, InboundQuery, ReplayInbound, UpdateInbound, type InboundRow } from './webhooks.query'
import css from './view.module.css'

type Kind = Enum<'InboundWebhookKind'>

const KINDS: Record<Kind, string> = { GITHUB: 'GitHub', SENTRY: 'Sentry', ALERTMANAGER: 'Alertmanager', CDEVENTS: 'CDEvents', GENERIC: 'Any, by a mapping' }

/** What other systems send, and what became of it. */
export function Inbound() {
  const say = useSaid()
  const { result, refresh } = useScreenQuery(InboundQuery, {})
  const [creating, setCreating] = useState(false)
  return (
    <Card flush title="Webhooks in" note={say('What other systems send: it becomes releases, deployments, incidents or responses.')}
      actions={<Button small icon="plus" onClick={() => setCreating(true)}>New webhook in</Button>}>
      <Loaded result={result} retry={refresh}>
        {({ inboundWebhooks }) => inboundWebhooks && inboundWebhooks.nodes.length > 0
          ? <ul className={css.rows} aria-label="Webhooks in">{inboundWebhooks.nodes.map((webhook) => <Line key={webhook.id} webhook={webhook} onChange={refresh} />)}</ul>
          : <div className={table.more}><Empty title="No other system sends here">Releases from GitHub and alerts from Alertmanager or Sentry need no typing.</Empty></div>}
      </Loaded>
      {creating && <Creation onClose={() => { setCreating(false); refresh() }} />}
    </Card>
  )
}

function Line({ webhook, onChange }: { webhook: InboundRow; onChange: () => void }) {
  const [open, setOpen] = useState(false)
  const [, update] = useMutation(UpdateInbound)
  const [, remove] = useMutation(DeleteInbound)
  const { id, name, kind, path, enabled, versionPrefix, product, failed } = webhook
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        <div>
          <b className={table.main}>{name}</b> {!enabled && <Tag>disabled</Tag>} {failed.totalCount > 0 && <span className={css.bad}>{count(failed.totalCount)} failed</span>}
          <span className={table.sub}>{location.origin}{path}</span>
        </div>
        <span className={css.when}>{KINDS[kind]}<span className={table.sub}>{[product.name, versionPrefix && `versions without “${versionPrefix}”`].filter(Boolean).join(' · ')}</span></span>
      </div>
      <div className={css.acts}>
        <Button small kind="ghost" aria-label={`Deliveries of ${name}`} aria-expanded={open} onClick={() => setOpen(!open)}>Deliveries</Button>
        <Act label={enabled ? 'Disable' : 'Enable'} what={name} onAct={async () => {
          const { data, error } = await update({ input: { webhook: id, enabled: !enabled } })
          return { error, refusals: data?.updateInboundWebhook?.userErrors }
        }} />
        <Remove label="Delete" what={name} onRemove={async () => {
          const { data, error } = await remove({ input: { webhook: id } }, { additionalTypenames: ['InboundWebhook'] })
          onChange()
          return { error, refusals: data?.deleteInboundWebhook?.userErrors }
        }} />
      </div>
      {open && <Received webhook={id} name={name} onChange={onChange} />}
    </li>
  )
}

const STATES = { PENDING: 'Waiting', PROCESSED: 'Done', IGNORED: 'Ignored', FAILED: 'Failed' } as const

function Received({ webhook, name, onChange }: { webhook: string; name: string; onChange: () => void }) {
  const [failed, setFailed] = useState(false)
  const { result, refresh } = useScreenQuery(InboundDeliveriesQuery, { webhook, filter: failed ? { state: ['FAILED'] } : {} })
  const [, replay] = useMutation(ReplayInbound)
  const again = async (deliveries?: string[]) => {
    const { data, error } = await replay({ input: { webhook, deliveries } })
    refresh()
    onChange()
    return { error, refusals: data?.replayInboundDeliveries?.userErrors, done: `${plural(data?.replayInboundDeliveries?.replayed ?? 0, 'delivery', 'deliveries')} worked off again.` }
  }
  return (
    <section className={css.history} aria-label={`Deliveries of ${name}`}>
      <div className={css.historyHead}>
        <Segmented label="Which deliveries" value={failed ? 'failed' : 'all'} onChange={(next) => setFailed(next === 'failed')} choices={[{ value: 'all', label: 'All' }, { value: 'failed', label: 'Failed' }]} />
        <Act label="Work off all failed again" what={`of ${name}`} icon="iteration" onAct={() => again()} />
      </div>
      <Loaded result={{ ...result, fetching: false }} retry={refresh} rows={2}>
        {({ inboundWebhook: found }) => found && (
          <>
            {found.deliveries.nodes.length === 0 && <p className={table.muted}>{failed ? 'None failed.' : 'Nothing was sent yet.'}</p>}
            <ul>
              {found.deliveries.nodes.map(({ id, event, createdAt, inboundState, reason, body, results }) => (
                <li key={id}>
                  <span className={classes(css.outcome, inboundState === 'PROCESSED' && css.good, inboundState === 'FAILED' && css.bad)}>{STATES[inboundState]}</span>
                  <span>
                    <span dir="auto">{event}</span> <small>{momentText(createdAt)}{results.length > 0 && `, ${plural(results.length, 'object')} written`}</small>
                    {reason && <small className={css.message}>{reason}</small>}
                    <details><summary>Body</summary><pre className={css.body} tabIndex={0}>{body}</pre></details>
                  </span>
                  <Act label="Again" what={`${event} of ${momentText(createdAt)}`} onAct={() => again([id])} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  )
}

function Creation({ onClose }: { onClose: () => void }) {
  const { products } = useSession()
  const words = useWords()
  const [, create] = useMutation(CreateInbound)
  const [made, setMade] = useState<{ secret: string; path: string } | null>(null)
  if (made) return <Dialog title="Enter address and secret in the other system" onClose={onClose}><p className={css.note}>Address: <code>{location.origin}{made.path}</code></p><Secret secret={made.secret} note="The secret is shown only once." /></Dialog>
  return (
    <Dialog title="New webhook in" onClose={onClose}>
      <Form label="Create" onDone={() => undefined} onSend={async (fields) => {
        const { data, error } = await create({ input: { name: textIn(fields, 'name') ?? '', kind: textIn(fields, 'kind') as Kind, product: textIn(fields, 'product') ?? '', versionPrefix: textIn(fields, 'prefix'), secret: textIn(fields, 'secret') } }, { additionalTypenames: ['InboundWebhook'] })
        const { secret, webhook } = data?.createInboundWebhook ?? {}
        if (secret && webhook) setMade({ secret, path: webhook.path })
        return { error, refusals: data?.createInboundWebhook?.userErrors }
      }}>
        <Labeled label="Name" hint="Its purpose, and the source of what it writes."><Input name="name" required autoFocus placeholder="github shop" /></Labeled>
        <Row>
          <Labeled label="System"><select className={parts.input} name="kind">{(Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'GENERIC').map((kind) => <option key={kind} value={kind}>{KINDS[kind]}</option>)}</select></Labeled>
          <Labeled label={capital(words('product'))}><select className={parts.input} name="product" required>{products.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}</select></Labeled>
          <Labeled label="Prefix of versions" hint="Removed, such as v."><Input name="prefix" /></Labeled>
        </Row>
        <Labeled label="Secret of the other system" hint="If it gives one itself; else a new one is made."><Input name="secret" autoComplete="off" /></Labeled>
        <p className={css.note}>Any other JSON is read by a mapping, which <code>createInboundWebhook</code> takes: see GraphiQL.</p>
      </Form>
    </Dialog>
  )
}
