import { PageHead } from '~/ui/parts'
import css from './first-steps.module.css'

const STEPS = [
  { title: 'Create a product', text: 'What customers use as one thing. Its time zone decides what a day is.', code: 'mutation { createProduct(input: { key: "shop", timeZone: "Europe/Berlin" }) { product { id } userErrors { message } } }' },
  { title: 'Create a feature', text: 'What customers can have an opinion about.', code: 'mutation { createFeature(input: { product: "shop", key: "search" }) { feature { id } userErrors { message } } }' },
  { title: 'Submit a response', text: 'From your application, a survey or a file.', code: 'mutation { submitFeedback(input: { product: "shop", feature: "search", scale: "csat", rating: 4 }) { outcome } }' },
  { title: 'Import what you have', text: 'CSV, NDJSON or Parquet; importing twice changes nothing.', code: 'ballroom import feedback reviews.csv --set product=shop --scale stars --map rating=score,comment=content' },
]

export default function FirstSteps() {
  return (
    <>
      <PageHead title="Nothing is here yet" lead="Four steps to the first number. Run them in GraphiQL, from your own programs, or on the command line." />
      <ol className={css.steps}>
        {STEPS.map(({ title, text, code }) => (
          <li key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
            <pre tabIndex={0}>{code}</pre>
          </li>
        ))}
      </ol>
    </>
  )
}
