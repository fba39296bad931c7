import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMutation } from 'urql'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { useLastProduct } from '~/app/shell'
import { addDays, periodText, today } from '~/format/date'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { AUDIENCES, REPORT_KINDS } from '~/part/report'
import { StoreReport, type ReportAudience, type ReportInput, type ReportKind } from '~/part/report.query'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { ReportableQuery } from './query'
import { KINDS } from './search'
import css from './view.module.css'

/** How many days each kind covers where the reader does not choose. */
const DAYS: Partial<Record<ReportKind, number>> = { VALUE: 90, OVERVIEW: 28, SECURITY: 90 }

/** A report on the data of now, kept from then on. */
export function Entry({ onClose }: { onClose: () => void }) {
  const { products } = useSession()
  const last = useLastProduct()
  const say = useSaid()
  const words = useWords()
  const navigate = useNavigate()
  const [kind, setKind] = useState<ReportKind>('ITERATION')
  const [product, setProduct] = useState(last ?? '')
  const [, store] = useMutation(StoreReport)
  const made = useRef<string | null>(null)
  const { result } = useScreenQuery(ReportableQuery, { product }, { pause: product === '', hidden: true })
  const found = result.data?.product
  const days = DAYS[kind]
  const timeZone = products.find(({ key }) => key === product)?.timeZone ?? 'UTC'

  async function send(fields: FormData) {
    const wanted = Number(textIn(fields, 'days') ?? days)
    const until = addDays(today(timeZone), 1)
    const of: ReportInput = {
      kind, audience: textIn(fields, 'audience') as ReportAudience | undefined,
      ...(kind === 'SECURITY' || kind === 'OVERVIEW' ? {} : { product }),
      ...(kind === 'RELEASE' ? { release: textIn(fields, 'release') } : {}),
      ...(kind === 'ITERATION' ? { iteration: textIn(fields, 'iteration') } : {}),
      ...(days ? { period: { from: addDays(until, -wanted), until } } : {}),
    }
    const { data, error } = await store({ input: { report: of } }, { additionalTypenames: ['StoredReport'] })
    made.current = data?.storeReport?.storedReport?.id ?? null
    return { error, refusals: data?.storeReport?.userErrors }
  }

  return (
    <Dialog title="Save a report now" onClose={onClose}>
      <Form label="Save" onSend={send} onDone={() => {
        if (made.current) void navigate({ to: '/report/$report', params: { report: made.current } })
        else onClose()
      }}>
        <Row>
          <Labeled label="Kind"><select className={parts.input} value={kind} onChange={(event) => setKind(event.target.value as ReportKind)}>{KINDS.map((value) => <option key={value} value={value}>{say(REPORT_KINDS[value].label)}</option>)}</select></Labeled>
          {kind !== 'OVERVIEW' && kind !== 'SECURITY' && <Labeled label={capital(words('product'))}><select className={parts.input} value={product} onChange={(event) => setProduct(event.target.value)}>{products.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}</select></Labeled>}
          <Labeled label="For"><select className={parts.input} name="audience" defaultValue="PRODUCT">{AUDIENCES.map((value) => <option key={value} value={value}>{capital(value.toLowerCase())}</option>)}</select></Labeled>
        </Row>
        <p className={css.answers}>{say(REPORT_KINDS[kind].answers)} It contains no more than its readers may see.</p>
        <Row>
          {kind === 'RELEASE' && <Labeled label={capital(words('release'))}><select className={parts.input} name="release" required>{found?.releases.nodes.map(({ id, version, title }) => <option key={id} value={version}>{[version, title].filter(Boolean).join(' · ')}</option>)}</select></Labeled>}
          {kind === 'ITERATION' && <Labeled label={capital(words('iteration'))}><select className={parts.input} name="iteration"><option value="">the last one that is over</option>{found?.iterations.nodes.map(({ id, name, period }) => <option key={id} value={id}>{name}, {periodText(period)}</option>)}</select></Labeled>}
          {days && <Labeled label="Days up to today"><Input key={kind} name="days" type="number" min={1} max={3660} defaultValue={days} /></Labeled>}
        </Row>
      </Form>
    </Dialog>
  )
}
