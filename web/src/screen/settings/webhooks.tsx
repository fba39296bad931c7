import { useState } from 'react'
import { useMutation } from 'urql'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { momentText } from '~/format/date'
import { plural } from '~/format/number'
import { Dialog } from '~/ui/dialog'
import { Checks, Form, textIn } from '~/ui/form'
import { Button, Card, Input, Labeled, Stack, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Act } from './act'
import { Deliveries } from './deliveries'
import { eventName } from './event'
import { Inbound } from './inbound'
import { Remove } from './remove'
import { Secret } from './secret'
import { CreateWebhook, DeleteWebhook, RotateSecret, TestWebhook, UpdateWebhook, WebhooksQuery, type WebhookRow } from './webhooks.query'
import css from './view.module.css'

type Event = Enum<'WebhookEvent'>

export function Webhooks() {
  const { result, refresh } = useScreenQuery(WebhooksQuery, {})
  const [edited, edit] = useState<WebhookRow | 'new' | null>(null)
  return (
    <Stack>
      <Card flush title="Webhooks out" note="Events that are sent to other systems, signed; each is attempted until it is accepted or given up."
        actions={<Button small kind="primary" icon="plus" onClick={() => edit('new')}>New webhook</Button>}>
        <Loaded result={result} retry={refresh}>
          {({ webhooks }) => webhooks && webhooks.nodes.length > 0
            ? <ul className={css.rows} aria-label="Webhooks out">{webhooks.nodes.map((webhook) => <Line key={webhook.id} webhook={webhook} onEdit={() => edit(webhook)} onChange={refresh} />)}</ul>
            : <div className={table.more}><Empty title="No webhooks yet">Tell a chat or a deployment tool when an incident is opened, or a release ships.</Empty></div>}
        </Loaded>
      </Card>
      <Inbound />
      {edited && <WebhookDialog webhook={edited === 'new' ? null : edited} onClose={() => { edit(null); refresh() }} />}
    </Stack>
  )
}

function Line({ webhook, onEdit, onChange }: { webhook: WebhookRow; onEdit: () => void; onChange: () => void }) {
  const [open, setOpen] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const [, test] = useMutation(TestWebhook)
  const [, update] = useMutation(UpdateWebhook)
  const [, rotate] = useMutation(RotateSecret)
  const [, remove] = useMutation(DeleteWebhook)
  const { id, name, url, events, hookState, disabledReason, previousSecretUntil, dead } = webhook
  const active = hookState === 'ACTIVE'
  return (
    <li className={css.row}>
      <div className={css.rowHead}>
        <div>
          <b className={table.main}>{name}</b> {!active && <Tag>disabled</Tag>} {dead.totalCount > 0 && <span className={css.bad}>{plural(dead.totalCount, 'delivery', 'deliveries')} given up</span>}
          <span className={table.sub}>{url}</span>
          {disabledReason && <span className={css.bad}>{disabledReason}</span>}
          {previousSecretUntil && <span className={table.sub}>Also signed with the previous secret until {momentText(previousSecretUntil)}</span>}
        </div>
        <span className={css.when} title={events.map(eventName).join(', ')}>{events.length === 0 ? 'All events' : events.length <= 2 ? events.map(eventName).join(', ') : plural(events.length, 'event')}</span>
      </div>
      <div className={css.acts}>
        <Act label="Test" what={name} icon="upload" onAct={async () => {
          const { data, error } = await test({ input: { webhook: id } })
          setOpen(true)
          onChange()
          return { error, refusals: data?.testWebhook?.userErrors }
        }} />
        <Button small kind="ghost" aria-label={`Deliveries of ${name}`} aria-expanded={open} onClick={() => setOpen(!open)}>Deliveries</Button>
        <Button small kind="ghost" aria-label={`Change ${name}`} onClick={onEdit}>Change</Button>
        <Act label={active ? 'Disable' : 'Enable'} what={name} onAct={async () => {
          const { data, error } = await update({ input: { webhook: id, enabled: !active } })
          return { error, refusals: data?.updateWebhook?.userErrors }
        }} />
        <Act label="New secret" what={`of ${name}`} onAct={async () => {
          const { data, error } = await rotate({ input: { webhook: id } })
          setSecret(data?.rotateWebhookSecret?.secret ?? null)
          return { error, refusals: data?.rotateWebhookSecret?.userErrors }
        }} />
        <Remove label="Delete" what={name} onRemove={async () => {
          const { data, error } = await remove({ input: { webhook: id } }, { additionalTypenames: ['Webhook'] })
          onChange()
          return { error, refusals: data?.deleteWebhook?.userErrors }
        }} />
      </div>
      {open && <Deliveries webhook={id} name={name} onChange={onChange} />}
      {secret && <Dialog title="Copy the secret now; it is shown only once" onClose={() => setSecret(null)}><Secret secret={secret} note="For a day, requests are signed with the previous one as well." /></Dialog>}
    </li>
  )
}

/** All that can happen; a new event of the API is missed by the compiler. A test is sent when it is asked for. */
const EVENTS: Record<Exclude<Event, 'WEBHOOK_TEST'>, true> = {
  INCIDENT_OPENED: true, INCIDENT_UPDATED: true, INCIDENT_RESOLVED: true, INCIDENT_REOPENED: true, INCIDENT_ATTRIBUTED: true, INCIDENT_IMPORTED: true,
  RELEASE_PLANNED: true, RELEASE_SHIPPED: true, RELEASE_UPDATED: true, RELEASE_WITHDRAWN: true, DEPLOYMENT_RECORDED: true, DEPLOYMENT_UPDATED: true,
  ANNOUNCEMENT_PUBLISHED: true, ANNOUNCEMENT_RESCHEDULED: true, ANNOUNCEMENT_CONCLUDED: true, ANNOUNCEMENT_CANCELLED: true, ANNOUNCEMENT_ACKNOWLEDGED: true,
  KNOWN_ERROR_CREATED: true, KNOWN_ERROR_UPDATED: true, ARTICLE_PUBLISHED: true, FEEDBACK_REPLIED: true, REPORT_STORED: true, IMPORT_ENDED: true,
  FEEDBACK_SUBMITTED: true, FEEDBACK_CORRECTED: true, FEEDBACK_DELETED: true, FEEDBACK_IMPORTED: true, EXPOSURE_RECORDED: true,
  PRODUCT_CREATED: true, PRODUCT_UPDATED: true, FEATURE_CREATED: true, FEATURE_UPDATED: true, ITERATION_CREATED: true, ITERATION_UPDATED: true, CUSTOMER_CREATED: true, CUSTOMER_UPDATED: true,
}

function WebhookDialog({ webhook, onClose }: { webhook: WebhookRow | null; onClose: () => void }) {
  const [, create] = useMutation(CreateWebhook)
  const [, update] = useMutation(UpdateWebhook)
  const [secret, setSecret] = useState<string | null>(null)

  async function send(fields: FormData) {
    const input = { name: textIn(fields, 'name') ?? '', url: textIn(fields, 'url') ?? '', events: fields.getAll('events').map(String) as Event[] }
    if (webhook) {
      const { data, error } = await update({ input: { webhook: webhook.id, ...input } })
      const refusals = data?.updateWebhook?.userErrors
      if (!error && !refusals?.length) onClose()
      return { error, refusals }
    }
    const { data, error } = await create({ input }, { additionalTypenames: ['Webhook'] })
    setSecret(data?.createWebhook?.secret ?? null)
    return { error, refusals: data?.createWebhook?.userErrors }
  }

  if (secret) return <Dialog title="Copy the secret now; it is shown only once" onClose={onClose}><Secret secret={secret} note="The receiver verifies signatures with it." /></Dialog>
  return (
    <Dialog title={webhook ? `Change “${webhook.name}”` : 'New webhook'} onClose={onClose}>
      <Form label={webhook ? 'Save' : 'Create'} onSend={send} onDone={() => undefined}>
        <Labeled label="Name" hint="Its purpose."><Input name="name" required autoFocus defaultValue={webhook?.name} placeholder="Chat of the team" /></Labeled>
        <Labeled label="Address"><Input name="url" type="url" required defaultValue={webhook?.url} placeholder="https://hooks.example.com/ballroom" /></Labeled>
        <Checks legend="Events; none: all" name="events" chosen={webhook?.events} choices={Object.keys(EVENTS).map((event) => ({ value: event, label: eventName(event) }))} />
      </Form>
    </Dialog>
  )
}
