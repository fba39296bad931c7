import { Link } from '@tanstack/react-router'
import { useRef, type ReactNode } from 'react'
import { useMutation } from 'urql'
import { useRights, useSession } from '~/app/session'
import { useWords } from '~/format/vocabulary'
import { Form, Row, textIn } from '~/ui/form'
import { Icon } from '~/ui/icon'
import { ButtonLink, Card, Input, Labeled, PageHead, Toolbar } from '~/ui/parts'
import css from './first-steps.module.css'
import { CreateFeature, CreateProduct } from './query'

/** What to do with an empty database, one step after another: the product, a feature, the first response. */
export default function FirstSteps({ product }: { product?: string }) {
  const { products } = useSession()
  const { manages } = useRights()
  const words = useWords()
  const name = products.find(({ key }) => key === product)?.name
  return (
    <>
      <PageHead title={name ? `Set up ${name}` : 'Welcome to Ballroom'} lead={`Four steps to the first ${words('value')}. Everything here can be done by the API as well.`} />
      <ol className={css.steps}>
        <Step number={1} title={`Create a ${words('product')}`} text="What customers use as one thing. Its time zone decides when a day begins." isDone={Boolean(product)}>
          {manages ? <ProductForm /> : <p>Ask an administrator to create it.</p>}
        </Step>
        <Step number={2} title={`Create a ${words('feature')}`} text={`What ${words('customers')} can have an opinion about, such as search or export. More can follow at any time.`} isNext={Boolean(product)}>
          {manages ? product && <FeatureForm product={product} /> : <p>Ask an administrator to create it.</p>}
        </Step>
        <Step number={3} title={`Collect ${words('responses')}`} text={`With the widget in your own application, or from your programs with a token.`} isNext={Boolean(product)}>
          <Toolbar>
            <ButtonLink link={{ to: '/settings', search: { section: 'widget' } }} icon="code">Set up the widget</ButtonLink>
            <ButtonLink link={{ to: '/settings', search: { section: 'tokens' } }} icon="plus">Create a token</ButtonLink>
            <ButtonLink link={{ to: '/graphiql' }} icon="code">Try it in GraphiQL</ButtonLink>
          </Toolbar>
          <pre tabIndex={0} aria-label="Submit a response">{`mutation { submitFeedback(input: { product: "${product ?? 'shop'}", feature: "search", scale: "csat", rating: 4 }) { outcome } }`}</pre>
        </Step>
        <Step number={4} title="Import what you have" text="Exports of app stores, survey and ticket systems; CSV, Excel, JSON or Parquet. You see first what each row becomes, and importing a file again changes nothing." isNext={Boolean(product)}>
          {manages && <Toolbar><ButtonLink link={{ to: '/settings', search: { section: 'imports' } }} icon="upload">Import a file</ButtonLink></Toolbar>}
          <pre tabIndex={0} aria-label="Import a file on the command line">{`ballroom import feedback reviews.csv --set product=${product ?? 'shop'} --scale stars --map rating=score,comment=content`}</pre>
          <p><Link to="/live">Watch {words('responses')} arrive</Link></p>
        </Step>
      </ol>
    </>
  )
}

function Step({ number, title, text, isDone = false, isNext = true, children }: { number: number; title: string; text: string; isDone?: boolean; isNext?: boolean; children: ReactNode }) {
  return (
    <li className={css.step} data-done={isDone} data-waits={!isDone && !isNext}>
      <span className={css.number} aria-hidden="true">{isDone ? <Icon name="check" /> : number}</span>
      <Card title={<>{title}{isDone && <span className="visually-hidden"> (done)</span>}</>} note={text}>{!isDone && isNext && <div className={css.body}>{children}</div>}</Card>
    </li>
  )
}

function ProductForm() {
  const words = useWords()
  const [, create] = useMutation(CreateProduct)
  const made = useRef('')
  return (
    <Form label={`Create ${words('product')}`} onDone={() => location.assign(`/p/${encodeURIComponent(made.current)}/value`)} onSend={async (fields) => {
      const { data, error } = await create({ input: { key: textIn(fields, 'key') ?? '', name: textIn(fields, 'name'), timeZone: textIn(fields, 'zone') ?? 'UTC' } })
      made.current = data?.createProduct?.product?.key ?? ''
      return { error, refusals: data?.createProduct?.userErrors }
    }}>
      <Row>
        <KeyField example="shop" />
        <Labeled label="Name"><Input name="name" placeholder="Web shop" /></Labeled>
        <Labeled label="Time zone"><Input name="zone" required defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone} /></Labeled>
      </Row>
    </Form>
  )
}

function FeatureForm({ product }: { product: string }) {
  const words = useWords()
  const [, create] = useMutation(CreateFeature)
  return (
    <Form label={`Create ${words('feature')}`} onDone={() => location.reload()} onSend={async (fields) => {
      const { data, error } = await create({ input: { product, key: textIn(fields, 'key') ?? '', name: textIn(fields, 'name') } })
      return { error, refusals: data?.createFeature?.userErrors }
    }}>
      <Row>
        <KeyField example="search" />
        <Labeled label="Name"><Input name="name" placeholder="Search" /></Labeled>
      </Row>
    </Form>
  )
}

function KeyField({ example }: { example: string }) {
  return <Labeled label="Key" hint="For programs; it cannot be changed."><Input name="key" required autoFocus placeholder={example} /></Labeled>
}
