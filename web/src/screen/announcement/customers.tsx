import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import type { Enum } from '~/api/graphql'
import { useScreenQuery } from '~/app/operations'
import { useRights } from '~/app/session'
import { momentText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Form, textIn } from '~/ui/form'
import { Button, Card, classes, Input, Labeled, Select, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { AffectedCustomersQuery, DecideCustomers, type AffectedCustomer, type AnnouncementData } from './query'
import css from './view.module.css'

const PAGE = 10

type Decision = Enum<'AnnouncementCustomerDecision'>
type Reason = AffectedCustomer['reasons'][number]

const REASONS: Record<Reason, string> = {
  ADDED: 'added by hand', DO_NOT_NOTIFY: 'not to be notified', EXCLUDED: 'excluded by hand', HAS_INCIDENT: 'has an open incident', RESPONDED: 'responded in 90 days',
}
const DECISIONS: { value: Decision | ''; label: string }[] = [
  { value: '', label: 'As computed' }, { value: 'ADDED', label: 'Affected' }, { value: 'EXCLUDED', label: 'Not affected' }, { value: 'DO_NOT_NOTIFY', label: 'Do not notify' },
]
const decisionOf = (reasons: Reason[]): Decision | '' => DECISIONS.find(({ value }) => value && reasons.includes(value))?.value ?? ''

/** How many it concerns, by segment. */
export function Segments({ announcement: { title, affectedBySegment, features } }: { announcement: AnnouncementData }) {
  const words = useWords()
  const known = affectedBySegment.filter(({ customers }) => customers !== null)
  const total = known.reduce((sum, { customers }) => sum + (customers ?? 0), 0)
  const most = Math.max(1, ...known.map(({ customers }) => customers ?? 0))
  const nameOf = ({ segment, isRest }: AnnouncementData['affectedBySegment'][number]) => segment?.name ?? (isRest ? 'Small segments together' : 'Without a segment')
  return (
    <Card title={`Affected ${words('customers')}`} note={affectedBySegment.length === 0 ? 'None is known to be affected.' : `${plural(total, words('customer'), words('customers'))}: they responded about ${features.length === 0 ? `the ${words('product')}` : `affected ${words('features')}`} in the last 90 days, or have an open ${words('incident')}.`}
      actions={known.length > 0 && <ExportMenu title={`${title} by segment`} table={() => [['segment', 'customers'], ...affectedBySegment.map((one) => [nameOf(one), one.customers])]} />}>
      <ul className={css.segments}>
        {affectedBySegment.map((one) => (
          <li key={one.segment?.key ?? (one.isRest ? 'rest' : 'none')}>
            <span>{nameOf(one)}</span>
            <span className={css.bar}>{one.customers !== null && <i style={{ width: `${(one.customers / most) * 100}%` }} />}</span>
            <b>{one.customers === null ? <span className={table.muted} title="Too few to be shown to you">few</span> : count(one.customers)}</b>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Who they are and why, and what a person decided about them. */
export function Customers({ announcement }: { announcement: AnnouncementData }) {
  const words = useWords()
  const { announces } = useRights()
  const [first, setFirst] = useState(PAGE)
  const [find, setFind] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const { result, refresh } = useScreenQuery(AffectedCustomersQuery, { announcement: announcement.id, filter: { text: find || undefined }, first })
  const [, decide] = useMutation(DecideCustomers)
  const open = announces && (announcement.state === 'DRAFT' || announcement.state === 'PUBLISHED')

  async function change(customers: string[], decision: Decision | null) {
    const { data, error } = await decide({ input: { announcement: announcement.id, customers, decision } })
    const refusals = data?.setAnnouncementCustomers?.userErrors
    if (!error && !refusals?.length) refresh()
    return { error, refusals }
  }
  async function changeOne(key: string, decision: Decision | '') {
    const { error, refusals } = await change([key], decision || null)
    setRefusal(error ? problemOf(error).message : (refusals?.[0]?.message ?? null))
  }

  return (
    <Card flush title={`${capital(words('customers'))} whom it concerns, and why`}
      actions={<form role="search" onSubmit={(event) => { event.preventDefault(); setFind(String(new FormData(event.currentTarget).get('find') ?? '')) }}><Input type="search" name="find" aria-label={`Find affected ${words('customers')}`} placeholder="Key or name" /></form>}>
      {refusal && <p role="alert" className={classes(table.more, css.refusal)}>{refusal}</p>}
      <Loaded result={result} retry={refresh} rows={4}>
        {({ announcement: found }) => found && (
          <>
            {found.affectedCustomers.nodes.length === 0 ? <div className={table.more}><Empty title="None">{find ? `No affected ${words('customer')} is called “${find}”.` : `No ${words('customer')} responded about it lately.`}</Empty></div> : (
              <table className={classes(table.table, css.customers)}>
                <thead><tr><th>{capital(words('customer'))}</th><th className={css.segment}>{capital(words('segment'))}</th><th>Why</th><th className={css.notified}>Notified</th>{open && <th className={css.decision}>Decision</th>}</tr></thead>
                <tbody>
                  {found.affectedCustomers.nodes.map(({ customer, reasons, notifiedAt }) => (
                    <tr key={customer.id} className={reasons.includes('EXCLUDED') ? css.excluded : undefined}>
                      <th scope="row"><Link to="/customers/$customer" params={{ customer: customer.key }}>{customer.name ?? customer.key}</Link></th>
                      <td className={css.segment}>{customer.segment?.name ?? <span className={table.muted}>none</span>}</td>
                      <td><span className={css.reasons}>{reasons.map((reason) => <Tag key={reason}>{REASONS[reason]}</Tag>)}</span></td>
                      <td className={css.notified}>{notifiedAt ? momentText(notifiedAt) : <span className={table.muted}>no</span>}</td>
                      {open && <td className={css.decision}><Select label={`Decision about ${customer.key}`} quiet value={decisionOf(reasons)} choices={DECISIONS} onChange={(value) => void changeOne(customer.key, value)} /></td>}
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            {found.affectedCustomers.nodes.length < found.affectedCustomers.totalCount && <p className={table.more}>{count(found.affectedCustomers.nodes.length)} of {count(found.affectedCustomers.totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 3))}>Show more</Button>}</p>}
          </>
        )}
      </Loaded>
      {open && (
        <div className={css.add}>
          <Form key={round} label="Add" onDone={() => setRound(round + 1)} onSend={(fields) => change(textIn(fields, 'customers')?.split(/[\s,;]+/) ?? [], 'ADDED')}>
            <Labeled label={`Add ${words('customers')} by key`} hint="Separated by commas or spaces."><Input name="customers" required /></Labeled>
          </Form>
        </div>
      )}
    </Card>
  )
}
