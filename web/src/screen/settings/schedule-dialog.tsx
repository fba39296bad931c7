import { useState } from 'react'
import { useMutation } from 'urql'
import type { VariablesOf } from '~/api/graphql'
import { useSession } from '~/app/session'
import { capital, useWords, withArticle } from '~/format/vocabulary'
import { AUDIENCES, FORMATS, REPORT_KINDS } from '~/part/report'
import type { ReportAudience, ReportFormat, ReportKind } from '~/part/report.query'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Button, Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { CreateSchedule, UpdateSchedule, type ScheduleRow } from './schedules.query'
import { Secret } from './secret'
import css from './view.module.css'

type Destination = NonNullable<VariablesOf<typeof CreateSchedule>['input']['destinations']>[number]
type Kind = (Destination extends infer One ? (One extends unknown ? keyof One : never) : never)

const DESTINATIONS: { kind: Kind; label: string; placeholder: string }[] = [
  { kind: 'email', label: 'E-mail address', placeholder: 'team@example.com' },
  { kind: 'webhook', label: 'Webhook', placeholder: 'https://hooks.example.com/reports' },
  { kind: 'slack', label: 'Slack', placeholder: 'https://hooks.slack.com/services/…' },
  { kind: 'teams', label: 'Teams', placeholder: 'https://example.webhook.office.com/…' },
  { kind: 'directory', label: 'Directory of the server', placeholder: 'weekly' },
  { kind: 'bucket', label: 'Bucket of the server', placeholder: 'weekly/' },
]

const TIMES = [
  { cron: '0 7 * * MON', label: 'Mondays at 07:00' },
  { cron: '0 7 * * *', label: 'Every day at 07:00' },
  { cron: '0 7 1 * *', label: 'On the first of each month at 07:00' },
]

/** A new schedule, or the changes to one. Destinations are given anew, because their addresses are secret. */
export function ScheduleDialog({ schedule, onClose }: { schedule: ScheduleRow | null; onClose: () => void }) {
  const { products } = useSession()
  const words = useWords()
  const [, create] = useMutation(CreateSchedule)
  const [, update] = useMutation(UpdateSchedule)
  const [kind, setKind] = useState<ReportKind>(schedule?.report ?? 'ITERATION')
  const [time, setTime] = useState(schedule ? (schedule.cron === null ? 'iteration' : 'other') : 'iteration')
  const [places, setPlaces] = useState<Kind[]>([])
  const [secrets, setSecrets] = useState<{ url: string; secret: string }[]>([])
  const byProduct = kind !== 'OVERVIEW' && kind !== 'SECURITY'
  const byPeriod = kind !== 'ITERATION' && kind !== 'RELEASE'

  async function send(fields: FormData) {
    const cron = time === 'iteration' ? null : time === 'other' ? (textIn(fields, 'cron') ?? '') : time
    const destinations = places.map((place, index) => ({ [place]: textIn(fields, `to-${index}`) ?? '' }) as Destination)
    const days = textIn(fields, 'days')
    const shared = {
      name: textIn(fields, 'name') ?? '', audience: textIn(fields, 'audience') as ReportAudience, format: textIn(fields, 'format') as ReportFormat, cron,
      ...(cron !== null ? { timeZone: textIn(fields, 'zone') } : {}), ...(byPeriod && days !== undefined ? { days: Number(days) } : {}),
    }
    const answer = schedule
      ? await update({ input: { schedule: schedule.id, ...shared, ...(places.length > 0 ? { destinations } : {}) } })
      : await create({ input: { ...shared, report: kind, product: byProduct ? textIn(fields, 'product') : undefined, destinations } }, { additionalTypenames: ['Schedule'] })
    const payload = answer.data && ('createSchedule' in answer.data ? answer.data.createSchedule : answer.data.updateSchedule)
    setSecrets(payload?.webhookSecrets ?? [])
    if (!answer.error && !payload?.userErrors.length && !payload?.webhookSecrets?.length) onClose()
    return { error: answer.error, refusals: payload?.userErrors }
  }

  if (secrets.length > 0) return <Dialog title="Copy the secret now; it is shown only once" onClose={onClose}>{secrets.map(({ url, secret }) => <Secret key={url} secret={secret} note={`Its receiver verifies with it what is sent to ${url}.`} />)}</Dialog>
  return (
    <Dialog title={schedule ? `Change “${schedule.name}”` : 'New schedule'} onClose={onClose}>
      <Form label={schedule ? 'Save' : 'Create'} onSend={send} onDone={() => undefined}>
        <Labeled label="Name" hint="Its purpose."><Input name="name" required autoFocus defaultValue={schedule?.name} placeholder="Weekly value" /></Labeled>
        <Row>
          {!schedule && <Labeled label="Report"><select className={parts.input} value={kind} onChange={(event) => setKind(event.target.value as ReportKind)}>{(Object.keys(REPORT_KINDS) as ReportKind[]).map((value) => <option key={value} value={value}>{REPORT_KINDS[value].label}</option>)}</select></Labeled>}
          {!schedule && byProduct && <Labeled label={capital(words('product'))}><select className={parts.input} name="product" required>{products.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}</select></Labeled>}
          <Labeled label="For"><select className={parts.input} name="audience" defaultValue={schedule?.audience ?? 'PRODUCT'}>{AUDIENCES.map((value) => <option key={value} value={value}>{capital(value.toLowerCase())}</option>)}</select></Labeled>
          <Labeled label="As"><select className={parts.input} name="format" defaultValue={schedule?.format ?? 'HTML'}>{FORMATS.map(({ format, label }) => <option key={format} value={format}>{label}</option>)}</select></Labeled>
        </Row>
        <Row>
          <Labeled label="When">
            <select className={parts.input} value={time} onChange={(event) => setTime(event.target.value)}>
              {byProduct && <option value="iteration">When {withArticle(words('iteration'))} ends</option>}
              {TIMES.map(({ cron, label }) => <option key={cron} value={cron}>{label}</option>)}
              <option value="other">At other times</option>
            </select>
          </Labeled>
          {time === 'other' && <Labeled label="Cron expression" hint="Minute, hour, day of month, month, day of week."><Input name="cron" required defaultValue={schedule?.cron ?? ''} placeholder="0 7 * * MON" /></Labeled>}
          {time !== 'iteration' && <Labeled label="Time zone" hint="Empty: that of the product, or UTC."><Input name="zone" defaultValue={schedule?.timeZone} placeholder="Europe/Berlin" /></Labeled>}
          {byPeriod && <Labeled label="Days that it covers"><Input name="days" type="number" min={1} max={3660} defaultValue={schedule?.days ?? 7} /></Labeled>}
        </Row>
        <div className={css.places}>
          {schedule && schedule.destinations.length > 0 && places.length === 0 && <p className={css.note}>It is sent to {schedule.destinations.map(({ label }) => label).join(', ')}. What you add replaces these.</p>}
          {places.map((place, index) => (
            <Row key={index}>
              <Labeled label="Send to"><select className={parts.input} value={place} onChange={(event) => setPlaces(places.map((one, at) => (at === index ? event.target.value as Kind : one)))}>{DESTINATIONS.map(({ kind: value, label }) => <option key={value} value={value}>{label}</option>)}</select></Labeled>
              <Labeled label="Where"><Input name={`to-${index}`} required={place !== 'directory' && place !== 'bucket'} placeholder={DESTINATIONS.find((one) => one.kind === place)?.placeholder} /></Labeled>
            </Row>
          ))}
          <div><Button small icon="plus" onClick={() => setPlaces([...places, 'email'])}>Add a destination</Button></div>
        </div>
      </Form>
    </Dialog>
  )
}
