import { useRef, useState } from 'react'
import { useMutation } from 'urql'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { momentText } from '~/format/date'
import { percent } from '~/format/number'
import { ratingName } from '~/format/rating'
import { capital, useWords } from '~/format/vocabulary'
import { Dialog } from '~/ui/dialog'
import { Form, Row, textIn } from '~/ui/form'
import { Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { RatingField } from '~/ui/rating-field'
import { Loaded } from '~/ui/states'
import css from './response-entry.module.css'
import { AnswerableQuery, LogResponse, type Duplicate } from './response-entry.query'
import { Suggestions } from './suggestions'

const CHANNELS = ['telephone', 'email', 'chat', 'meeting', 'other']

/** What a customer said to somebody, written down in the name of that customer. */
export function ResponseEntry({ product: given, customer, feature, onClose }: { product: string; customer?: string; feature?: string; onClose: () => void }) {
  const { products, scales } = useSession()
  const words = useWords()
  const [product, setProduct] = useState(given)
  const [scale, setScale] = useState('')
  const [sent, setSent] = useState<string | null>(null)
  const { result, refresh } = useScreenQuery(AnswerableQuery, { product }, { hidden: true })
  const [, log] = useMutation(LogResponse)
  const [told, tell] = useState('')
  const [about, setAbout] = useState(feature ?? '')
  const [known, setKnown] = useState<string[]>([])
  const [alike, setAlike] = useState<Duplicate[]>([])
  const logged = useRef(false)
  const [round, setRound] = useState(0)
  const chosen = scales.find(({ key }) => key === scale)

  async function send(fields: FormData) {
    const rating = textIn(fields, 'rating')
    const who = textIn(fields, 'customer')
    const { data, error } = await log({ input: {
      product, customer: who ?? '', allowDuplicate: alike.length > 0, knownErrors: known, feature: textIn(fields, 'feature'), release: textIn(fields, 'release'), channel: textIn(fields, 'channel'), comment: textIn(fields, 'comment'),
      ...(chosen && rating !== undefined ? { scale: chosen.key, rating: Number(rating) } : {}),
    } }, { additionalTypenames: ['Feedback'] })
    const refusals = data?.logFeedback?.userErrors
    logged.current = Boolean(data?.logFeedback?.feedback)
    setAlike(logged.current ? [] : (data?.logFeedback?.likelyDuplicates ?? []))
    if (logged.current) setSent(`${capital(words('response'))} of ${who} recorded.`)
    return { error, refusals }
  }

  return (
    <Dialog title={`Record a ${words('response')} of a ${words('customer')}`} onClose={onClose}>
      {sent && <p role="status" className={css.sent}>{sent} You can record the next one, or close this.</p>}
      <Loaded result={result} retry={refresh}>
        {({ product: found }) => found && (
          <Form key={round} label={alike.length > 0 ? 'Record anyway' : 'Record'} onSend={send} onDone={() => {
            if (!logged.current) return
            setRound(round + 1)
            setScale('')
            tell('')
            setKnown([])
          }}>
            <Row>
              <Labeled label={`${capital(words('customer'))}, by key`}><Input name="customer" required autoFocus={!customer} defaultValue={customer} placeholder="customer-0001" /></Labeled>
              <Labeled label="Told by"><select className={parts.input} name="channel">{CHANNELS.map((channel) => <option key={channel}>{channel}</option>)}</select></Labeled>
            </Row>
            <Row>
              {products.length > 1 && <Labeled label={capital(words('product'))}><select className={parts.input} value={product} onChange={(event) => setProduct(event.target.value)}>{products.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}</select></Labeled>}
              <Labeled label={capital(words('feature'))}><select className={parts.input} name="feature" value={about} onChange={(event) => setAbout(event.target.value)}><option value="">the {words('product')} as a whole</option>{found.features.nodes.map(({ id, key, name }) => <option key={id} value={key}>{name}</option>)}</select></Labeled>
              <Labeled label={capital(words('release'))}><select className={parts.input} name="release"><option value="">the newest</option>{found.releases.nodes.map(({ id, version }) => <option key={id}>{version}</option>)}</select></Labeled>
            </Row>
            <Labeled label="Scale"><select className={parts.input} value={scale} onChange={(event) => setScale(event.target.value)}><option value="">no rating, only words</option>{scales.map(({ id, key, name }) => <option key={id} value={key}>{name}</option>)}</select></Labeled>
            {chosen && <RatingField key={chosen.key} scale={chosen} />}
            <Labeled label="In the words of the customer" hint={chosen ? 'Optional.' : undefined}><textarea className={parts.input} name="comment" rows={3} required={!chosen} onChange={(event) => tell(event.target.value)} /></Labeled>
            <Suggestions text={told} product={product} feature={about || undefined} chosen={known} onChoose={setKnown} />
            {alike.length > 0 && <Alike alike={alike} />}
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}

/** What the customer said of late that may be the same; recording it again makes it count twice as a remark. */
function Alike({ alike }: { alike: Duplicate[] }) {
  const words = useWords()
  return (
    <section className={css.alike} role="alert" aria-label="Said before">
      <p><b>Nothing was recorded yet:</b> the {words('customer')} said something like it in the last 30 days.</p>
      <ul>
        {alike.map(({ similarity, feedback: { id, comment, rating, scale, occurredAt, channel } }) => (
          <li key={id}>{comment && <span dir="auto">“{comment}”</span>}<small>{[rating !== null && scale && `${scale.name}: ${ratingName(rating, scale)}`, channel, momentText(occurredAt), `${percent(similarity)} alike`].filter(Boolean).join(' · ')}</small></li>
        ))}
      </ul>
    </section>
  )
}
