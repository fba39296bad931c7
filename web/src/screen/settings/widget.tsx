import { useEffect, useRef, useState } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { useLastProduct } from '~/app/shell'
import { graphql } from '~/api/graphql'
import { useSaid } from '~/format/vocabulary'
import { Button, Card, Halves, Input, Labeled, Stack } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Row } from '~/ui/form'
import { reactUsage, scriptTag, type WidgetChoice } from './snippets'
import css from './view.module.css'

const FeaturesQuery = graphql(`
  query WidgetFeatures($product: Reference!) { product(product: $product) { id features(first: 200) { nodes { id key name } } } }
`)

const SCALES = ['csat', 'thumbs', 'stars', 'nps', 'ces']

/** The widget as a page would show it, and what to put into that page. */
export function Widget() {
  const say = useSaid()
  const product = useLastProduct() ?? 'shop'
  const { products } = useSession()
  const { result } = useScreenQuery(FeaturesQuery, { product })
  const features = result.data?.product?.features.nodes ?? []
  const [choice, setChoice] = useState<WidgetChoice>({ origin: location.origin, product, feature: '', scale: 'csat', question: '', when: 'load', every: '90', sample: '1' })
  const [round, setRound] = useState(0)
  const change = (next: Partial<WidgetChoice>) => setChoice({ ...choice, ...next })
  const name = features.find(({ key }) => key === choice.feature)?.name
  return (
    <Stack>
      <Halves>
        <Card title="A question in your own application" note="One script tag of 4 kB. It sends nothing before a rating is chosen.">
          <div className={css.widgetForm}>
            <Row>
              <Labeled label={say('Feature')}><select className={parts.input} value={choice.feature} onChange={(event) => change({ feature: event.target.value })}><option value="">{say('The product as a whole')}</option>{features.map((one) => <option key={one.key} value={one.key}>{one.name}</option>)}</select></Labeled>
              <Labeled label="Scale"><select className={parts.input} value={choice.scale} onChange={(event) => change({ scale: event.target.value })}>{SCALES.map((scale) => <option key={scale}>{scale}</option>)}</select></Labeled>
            </Row>
            <Labeled label="Question" hint="Empty: that of the scale."><Input value={choice.question} onChange={(event) => change({ question: event.target.value })} /></Labeled>
            <Row>
              <Labeled label="When" hint="load, after:SECONDS or event:NAME"><Input value={choice.when} onChange={(event) => change({ when: event.target.value })} /></Labeled>
              <Labeled label="At most once in (days)"><Input type="number" min="0" value={choice.every} onChange={(event) => change({ every: event.target.value })} /></Labeled>
              <Labeled label="Share asked" hint="0 to 1"><Input type="number" min="0" max="1" step="0.05" value={choice.sample} onChange={(event) => change({ sample: event.target.value })} /></Labeled>
            </Row>
          </div>
        </Card>
        <Card title="Preview" note="Try it: nothing is sent." actions={<Button small onClick={() => setRound(round + 1)}>Start again</Button>}>
          <Preview key={`${round} ${choice.scale} ${choice.feature} ${choice.question}`} scale={choice.scale} what={name ?? products.find(({ key }) => key === product)?.name ?? product} question={choice.question} />
        </Card>
      </Halves>
      <Halves>
        <Snippet title="In any page" note="Create a token with the scope Publishable, and start the server with --cors-origin for your pages." code={scriptTag({ ...choice, product })} />
        <Snippet title="In React" note="The element stands in the page; the script tag shows it in a corner." code={reactUsage({ ...choice, product })} />
      </Halves>
    </Stack>
  )
}

function Preview({ scale, what, question }: { scale: string; what: string; question: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const holder = place.current
    let stale = false
    void import('../../../widget/element').then(() => {
      if (stale || !holder) return
      const element = document.createElement('ballroom-feedback')
      const attributes = { preview: '', scale, 'feature-name': what, ...(question ? { question } : {}) }
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
      holder.replaceChildren(element)
    })
    return () => { stale = true }
  }, [scale, what, question])
  return <div ref={place} className={css.preview} />
}

function Snippet({ title, note, code }: { title: string; note: string; code: string }) {
  return (
    <Card title={title} note={note} actions={<Button small icon="copy" onClick={() => void navigator.clipboard.writeText(code)}>Copy</Button>}>
      <pre className={css.snippet} tabIndex={0}>{code}</pre>
    </Card>
  )
}
