import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import { fieldOf, momentOf } from '~/format/date'
import { plural } from '~/format/number'
import { useWords } from '~/format/vocabulary'
import { AnnouncementForm } from '~/part/announcement-form'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Button, Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { CancelAnnouncement, ConcludeAnnouncement, PublishAnnouncement, RescheduleAnnouncement, UpdateAnnouncement, type AnnouncementData } from './query'
import css from './view.module.css'

type Open = 'edit' | 'publish' | 'reschedule' | 'conclude' | 'cancel' | null

/** What may be done with it next, for those who may. */
export function Moves({ announcement }: { announcement: AnnouncementData }) {
  const { announces } = useRights()
  const [open, setOpen] = useState<Open>(null)
  const { state } = announcement
  if (!announces || state === 'CONCLUDED' || state === 'CANCELLED') return null
  const close = () => setOpen(null)
  const draft = state === 'DRAFT'
  return (
    <>
      <Button onClick={() => setOpen('edit')}>Edit</Button>
      <Button onClick={() => setOpen('cancel')}>Cancel it</Button>
      {!draft && <Button icon="calendar" onClick={() => setOpen('reschedule')}>Reschedule</Button>}
      {!draft && <Button kind="primary" icon="check" onClick={() => setOpen('conclude')}>Conclude</Button>}
      {draft && <Button kind="primary" icon="announcement" onClick={() => setOpen('publish')}>Publish</Button>}
      {open === 'edit' && <Edit announcement={announcement} onClose={close} />}
      {open === 'publish' && <Publish announcement={announcement} onClose={close} />}
      {open === 'reschedule' && <Reschedule announcement={announcement} onClose={close} />}
      {open === 'conclude' && <Conclude announcement={announcement} onClose={close} />}
      {open === 'cancel' && <Cancel announcement={announcement} onClose={close} />}
    </>
  )
}

interface Props {
  announcement: AnnouncementData
  onClose: () => void
}

function Edit({ announcement, onClose }: Props) {
  const [, update] = useMutation(UpdateAnnouncement)
  const published = announcement.state === 'PUBLISHED'
  return (
    <Dialog title={`Edit “${announcement.title}”`} onClose={onClose}>
      <AnnouncementForm product={announcement.product.key} label="Save" published={published} onDone={onClose}
        given={{
          ...announcement,
          release: announcement.release?.version ?? null,
          features: announcement.features.map(({ key }) => key),
          contactMember: announcement.contactMember?.id ?? null,
          contactTeam: announcement.contactTeam?.id ?? null,
        }}
        onSend={async ({ kind, planned, release, ...announced }) => {
          const { data, error } = await update({ input: {
            announcement: announcement.id, ...announced,
            ...(kind === 'MAINTENANCE' || kind === 'FREEZE' ? {} : { release }),
            ...(planned ? { planned } : {}),
          } })
          return { error, refusals: data?.updateAnnouncement?.userErrors }
        }} />
    </Dialog>
  )
}

function Publish({ announcement: { id, title, audiences, affectedBySegment }, onClose }: Props) {
  const words = useWords()
  const [{ fetching }, publish] = useMutation(PublishAnnouncement)
  const [refusal, setRefusal] = useState<string | null>(null)
  const affected = affectedBySegment.reduce((sum, { customers }) => sum + (customers ?? 0), 0)
  const roles = audiences.filter((role) => role !== 'CUSTOMER').map((role) => role.toLowerCase())
  const told = [...roles.map((role) => `the members of ${role}`), ...(audiences.includes('CUSTOMER') ? [plural(affected, `affected ${words('customer')}`, `affected ${words('customers')}`)] : [])]
  async function send() {
    const { data, error } = await publish({ input: { announcement: id } }, { additionalTypenames: ['Notification'] })
    const message = error ? problemOf(error).message : (data?.publishAnnouncement?.userErrors[0]?.message ?? null)
    setRefusal(message)
    if (!message) onClose()
  }
  return (
    <Dialog title={`Publish “${title}”`} onClose={onClose}>
      <div className={css.confirm}>
        <p>It notifies {told.join(' and ')}. A text can be corrected afterwards; a new time notifies everyone again.</p>
        {refusal && <p role="alert" className={css.refusal}>{refusal}</p>}
        <div><Button kind="primary" icon="announcement" disabled={fetching} autoFocus onClick={() => void send()}>Publish now</Button></div>
      </div>
    </Dialog>
  )
}

function Reschedule({ announcement: { id, title, planned, kind }, onClose }: Props) {
  const [, reschedule] = useMutation(RescheduleAnnouncement)
  const lasts = kind === 'MAINTENANCE' || kind === 'FREEZE'
  return (
    <Dialog title={`Reschedule “${title}”`} onClose={onClose}>
      <Form label="Reschedule and notify" onDone={onClose} onSend={async (fields) => {
        const [from, until] = [textIn(fields, 'from'), textIn(fields, 'until')]
        const { data, error } = await reschedule({ input: { announcement: id, planned: { from: momentOf(from ?? ''), until: until ? momentOf(until) : null }, reason: textIn(fields, 'reason') } }, { additionalTypenames: ['Notification'] })
        return { error, refusals: data?.rescheduleAnnouncement?.userErrors }
      }}>
        <p>Everyone who was notified is notified again, and support is asked again.</p>
        <Row>
          <Labeled label="Planned from" hint="In your time zone."><Input name="from" type="datetime-local" required defaultValue={fieldOf(planned.from)} /></Labeled>
          <Labeled label="until" hint={lasts ? undefined : 'Optional.'}><Input name="until" type="datetime-local" required={lasts} defaultValue={fieldOf(planned.until)} /></Labeled>
        </Row>
        <Labeled label="Reason"><Input name="reason" /></Labeled>
      </Form>
    </Dialog>
  )
}

function Conclude({ announcement: { id, title }, onClose }: Props) {
  const [, conclude] = useMutation(ConcludeAnnouncement)
  return (
    <Dialog title={`Conclude “${title}”`} onClose={onClose}>
      <Form label="Conclude" onDone={onClose} onSend={async (fields) => {
        const { data, error } = await conclude({ input: { announcement: id, outcome: textIn(fields, 'outcome') } })
        return { error, refusals: data?.concludeAnnouncement?.userErrors }
      }}>
        <p>The change was made. Nobody is notified.</p>
        <Labeled label="Outcome"><textarea className={parts.input} name="outcome" rows={2} placeholder="Live for everyone since 09:40." /></Labeled>
      </Form>
    </Dialog>
  )
}

function Cancel({ announcement: { id, title, state }, onClose }: Props) {
  const [, cancel] = useMutation(CancelAnnouncement)
  return (
    <Dialog title={`Cancel “${title}”`} onClose={onClose}>
      <Form label={state === 'DRAFT' ? 'Cancel the draft' : 'Cancel and notify'} onDone={onClose} onSend={async (fields) => {
        const { data, error } = await cancel({ input: { announcement: id, reason: textIn(fields, 'reason') } }, { additionalTypenames: ['Notification'] })
        return { error, refusals: data?.cancelAnnouncement?.userErrors }
      }}>
        <p>{state === 'DRAFT' ? 'The change will not be made. Nobody was notified of it.' : 'The change will not be made. Everyone who was notified is notified again.'}</p>
        <Labeled label="Reason"><Input name="reason" /></Labeled>
      </Form>
    </Dialog>
  )
}
