import { useScreenQuery } from '~/app/operations'
import { graphql } from '~/api/graphql'
import { capital, useWords, withArticle } from '~/format/vocabulary'
import { Checks, Form, Row, textIn, type Refusal } from '~/ui/form'
import { Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Loaded } from '~/ui/states'
import type { CombinedError } from 'urql'

const ConcernedQuery = graphql(`
  query Concerned($product: Reference!) {
    product(product: $product) { id features(first: 200) { nodes { id key name } } releases(first: 100) { nodes { id version title lifecycle } } }
  }
`)

/** What a person states about a known error; null: nothing. */
export interface StatedError {
  title: string
  symptom: string | null
  workaround: string | null
  cause: string | null
  introducedIn: string | null
  fixedIn: string[]
  wontFixReason: string | null
  features: string[]
  isPublic: boolean
}

interface Props {
  product: string
  given?: StatedError
  label: string
  onSend: (stated: StatedError) => Promise<{ error?: CombinedError; refusals?: Refusal[] | null }>
  onDone: () => void
}

export function KnownErrorForm({ product, given, label, onSend, onDone }: Props) {
  const words = useWords()
  const { result, refresh } = useScreenQuery(ConcernedQuery, { product }, { hidden: true })

  function read(fields: FormData): StatedError {
    const text = (name: string) => textIn(fields, name) ?? null
    return {
      title: textIn(fields, 'title') ?? '', symptom: text('symptom'), workaround: text('workaround'), cause: text('cause'), introducedIn: text('introducedIn'),
      fixedIn: fields.getAll('fixedIn').map(String), wontFixReason: text('wontFixReason'), features: fields.getAll('features').map(String), isPublic: fields.has('isPublic'),
    }
  }

  return (
    <Loaded result={result} retry={refresh}>
      {({ product: found }) => found && (
        <Form label={label} onSend={(fields) => onSend(read(fields))} onDone={onDone}>
          <Labeled label="What does not work"><Input name="title" required autoFocus defaultValue={given?.title} placeholder="Export hangs on the last page" /></Labeled>
          <Labeled label={`What ${words('customers')} notice`}><textarea className={parts.input} name="symptom" rows={2} defaultValue={given?.symptom ?? ''} /></Labeled>
          <Labeled label={`What ${words('customers')} can do meanwhile`} hint={`Suggested while ${withArticle(words('incident'))} or ${withArticle(words('response'))} is typed.`}><textarea className={parts.input} name="workaround" rows={2} defaultValue={given?.workaround ?? ''} /></Labeled>
          <Labeled label="Why it happens" hint={`${capital(words('customers'))} do not see it.`}><textarea className={parts.input} name="cause" rows={2} defaultValue={given?.cause ?? ''} /></Labeled>
          <Row>
            <Labeled label={`First ${words('release')} that has it`}>
              <select className={parts.input} name="introducedIn" defaultValue={given?.introducedIn ?? ''}><option value="">unknown</option>{found.releases.nodes.map(({ id, version }) => <option key={id}>{version}</option>)}</select>
            </Labeled>
            <Labeled label="It will not be fixed, because" hint="Empty: not decided."><Input name="wontFixReason" defaultValue={given?.wontFixReason ?? ''} /></Labeled>
          </Row>
          <Checks legend={`${capital(words('releases'))} that fix it, planned or shipped`} name="fixedIn" chosen={given?.fixedIn} choices={found.releases.nodes.slice(0, 12).map(({ version, lifecycle }) => ({ value: version, label: lifecycle === 'PLANNED' ? `${version}, planned` : version }))} />
          <Checks legend={`Affected ${words('features')}; none: the ${words('product')} as a whole`} name="features" chosen={given?.features} choices={found.features.nodes.map(({ key, name }) => ({ value: key, label: name }))} />
          <Checks legend={`Who sees it`} name="isPublic" chosen={given?.isPublic ? ['yes'] : []} choices={[{ value: 'yes', label: `${capital(words('customers'))}, on the public page and in what became of their ${words('responses')}` }]} />
        </Form>
      )}
    </Loaded>
  )
}
