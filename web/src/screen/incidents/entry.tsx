import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMutation } from 'urql'
import { useProduct } from '~/app/session'
import { useWords } from '~/format/vocabulary'
import { Suggestions } from '~/part/suggestions'
import { LinkKnownError } from '~/part/suggestions.query'
import { Dialog } from '~/ui/dialog'
import { Checks, Form, Row, textIn } from '~/ui/form'
import { Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { OpenIncident } from './query'

interface Props {
  features: { key: string; name: string }[]
  releases: { version: string }[]
  onClose: () => void
}

const SEVERITIES = ['1, critical', '2, major', '3, medium', '4, minor']

/** The form for an incident that is known only to a person. */
export function Entry({ features, releases, onClose }: Props) {
  const { key: product } = useProduct()
  const words = useWords()
  const navigate = useNavigate()
  const [, open] = useMutation(OpenIncident)
  const [, link] = useMutation(LinkKnownError)
  const made = useRef<string | null>(null)
  const [told, tell] = useState({ title: '', description: '' })
  const [chosen, choose] = useState<string[]>([])

  async function send(fields: FormData) {
    const affected = textIn(fields, 'affected')
    const { data, error } = await open({
      input: {
        product,
        title: textIn(fields, 'title') ?? '',
        severity: Number(textIn(fields, 'severity') ?? 3),
        description: textIn(fields, 'description'),
        features: fields.getAll('features').map(String),
        customers: textIn(fields, 'customers')?.split(/[\s,;]+/),
        release: textIn(fields, 'release'),
        affectedCustomers: affected === undefined ? undefined : Number(affected),
      },
    })
    const incident = data?.openIncident?.incident?.id ?? null
    made.current = incident
    if (!incident) return { error, refusals: data?.openIncident?.userErrors }
    for (const knownError of chosen) {
      const linked = await link({ input: { knownError, incidents: [incident], feedback: [] } })
      // The incident is there: only the link is missing, which its page offers again.
      if (linked.error) break
    }
    return {}
  }

  return (
    <Dialog title={`New ${words('incident')}`} onClose={onClose}>
      <Form label={`Open ${words('incident')}`} onSend={send} onDone={() => {
        if (made.current) void navigate({ to: '/p/$product/incidents/$incident', params: { product, incident: made.current } })
        else onClose()
      }}>
        <Labeled label="What is wrong"><Input name="title" required autoFocus placeholder="Export does not respond" onChange={(event) => tell({ ...told, title: event.target.value })} /></Labeled>
        <Suggestions text={`${told.title} ${told.description}`} product={product} chosen={chosen} onChoose={choose} />
        <Row>
          <Labeled label="Severity">
            <select className={parts.input} name="severity" defaultValue="3">{SEVERITIES.map((label, index) => <option key={label} value={index + 1}>{label}</option>)}</select>
          </Labeled>
          <Labeled label={`Number of ${words('customers')}`}><Input name="affected" type="number" min="0" placeholder="unknown" /></Labeled>
          <Labeled label={`Caused by ${words('release')}`}>
            <select className={parts.input} name="release" defaultValue=""><option value="">unknown</option>{releases.map(({ version }) => <option key={version}>{version}</option>)}</select>
          </Labeled>
        </Row>
        <Checks legend={`Affected ${words('features')}`} name="features" choices={features.map(({ key, name }) => ({ value: key, label: name }))} />
        <Labeled label={`Affected ${words('customers')}, by key`} hint="Separated by commas or spaces."><Input name="customers" /></Labeled>
        <Labeled label="Description"><textarea className={parts.input} name="description" rows={3} onChange={(event) => tell({ ...told, description: event.target.value })} /></Labeled>
      </Form>
    </Dialog>
  )
}
