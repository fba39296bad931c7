import { useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { signOut } from '~/api/auth'
import { Logo } from '~/app/logo'
import { cycleTheme, useTheme } from '~/app/theme'
import { ago, longDay, momentText, spanText } from '~/format/date'
import { count, plural } from '~/format/number'
import { KindMark } from '~/part/announcement'
import { Rating } from '~/part/responses'
import { Form, textIn } from '~/ui/form'
import { Button, Card, classes, Labeled, PageHead, Stack } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { RatingField } from '~/ui/rating-field'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { OwnQuery, RespondAsCustomer, type Own, type OwnAnnouncement, type OwnIncident, type OwnResponse } from './query'
import { subjectKey, subjectsOf, type Subject } from './subjects'
import css from './view.module.css'

const PAGE = 10

/** What a customer sees: what hurts them now, what will change, and what they said. */
export default function OwnScreen() {
  const [first, setFirst] = useState(PAGE)
  const [result, execute] = useQuery({ query: OwnQuery, variables: { first } })
  const theme = useTheme()
  const refresh = () => execute({ requestPolicy: 'network-only' })
  return (
    <div className={css.frame}>
      <header className={css.top}>
        <span className={css.brand}><Logo />Ballroom</span>
        <Button kind="ghost" small icon={theme === 'dark' ? 'moon' : theme === 'light' ? 'sun' : 'auto'} aria-label={`Theme: ${theme}. Change`} onClick={cycleTheme} />
        <Button kind="ghost" small icon="out" onClick={() => void signOut()}>Sign out</Button>
      </header>
      <main id="main">
        <Loaded page result={result} retry={refresh} rows={8}>
          {({ viewer, announcements }) => viewer?.customer && (
            <>
              <PageHead title="My feedback" lead={viewer.customer.name ?? viewer.customer.key} />
              <Stack>
                <State incidents={viewer.customer.open.nodes} />
                <Coming announcements={announcements?.nodes ?? []} />
                <Respond customer={viewer.customer} announcements={announcements?.nodes ?? []} onDone={refresh} />
                <Said customer={viewer.customer} onMore={first < 200 ? () => setFirst(Math.min(200, first * 3)) : undefined} />
                {viewer.customer.past.totalCount > 0 && <Past incidents={viewer.customer.past.nodes} total={viewer.customer.past.totalCount} />}
              </Stack>
            </>
          )}
        </Loaded>
      </main>
    </div>
  )
}

const about = ({ product, features }: { product: { name: string }; features: { name: string }[] }) => (features.length > 0 ? features.map(({ name }) => name).join(', ') : product.name)

function State({ incidents }: { incidents: OwnIncident[] }) {
  return (
    <section className={classes(css.state, incidents.length > 0 && css.broken)} aria-label="Does something not work?">
      <p className={css.word}>{incidents.length > 0 ? <><b>We know</b> of {plural(incidents.length, 'problem')} that you have.</> : <><b>All is well</b>, as far as we know.</>}</p>
      <Problems incidents={incidents} />
    </section>
  )
}

function Problems({ incidents }: { incidents: (OwnIncident & { resolvedAt?: string | null })[] }) {
  return (
    <ul className={css.problems}>
      {incidents.map((incident) => (
        <li key={incident.id}><span><b>{incident.title}</b><small>{about(incident)}</small></span><span>{incident.resolvedAt ? `solved ${ago(incident.resolvedAt)}` : `since ${momentText(incident.openedAt)}`}</span></li>
      ))}
    </ul>
  )
}

function Coming({ announcements }: { announcements: OwnAnnouncement[] }) {
  if (announcements.length === 0) return null
  return (
    <Card title="What will change">
      <ul className={css.coming}>
        {announcements.map((one) => (
          <li key={one.id}>
            <p className={css.head}><KindMark kind={one.kind} /><b>{one.title}</b>{one.state === 'CANCELLED' && <span className={table.muted}>will not be made</span>}</p>
            <p className={css.meta}>{about(one)} · {spanText(one.planned)}</p>
            {one.changes && <p dir="auto" className={css.text}>{one.changes}</p>}
            {one.workaround && <p dir="auto" className={css.text}><span className={table.muted}>Meanwhile:</span> {one.workaround}</p>}
          </li>
        ))}
      </ul>
    </Card>
  )
}

const nameOf = ({ product, feature }: Subject) => (feature ? feature.name : `${product.name} as a whole`)

/** The form for a new response, on a scale that the customer answered on before. */
function Respond({ customer, announcements, onDone }: { customer: Own; announcements: OwnAnnouncement[]; onDone: () => void }) {
  const [, submit] = useMutation(RespondAsCustomer)
  const [round, setRound] = useState(0)
  const [thanks, setThanks] = useState(false)
  const subjects = subjectsOf([...customer.feedback.nodes, ...customer.open.nodes, ...customer.past.nodes, ...announcements])
  const scale = customer.feedback.nodes.find((one) => one.scale)?.scale
  if (subjects.length === 0) return null
  return (
    <Card title="Tell us what you think">
      {thanks && <p role="status" className={css.thanks}>Thank you. It is in the list below.</p>}
      <Form key={round} label="Send" onDone={() => { setRound(round + 1); setThanks(true); onDone() }} onSend={async (fields) => {
        const chosen = subjects.find((one) => subjectKey(one) === textIn(fields, 'subject'))
        const rating = textIn(fields, 'rating')
        const { data, error } = await submit({ input: {
          product: chosen?.product.key ?? '', feature: chosen?.feature?.key, comment: textIn(fields, 'comment'),
          ...(scale && rating !== undefined ? { scale: scale.key, rating: Number(rating) } : {}),
        } }, { additionalTypenames: ['Feedback'] })
        return { error, refusals: data?.submitFeedback?.userErrors }
      }}>
        <Labeled label="About"><select className={parts.input} name="subject">{subjects.map((one) => <option key={subjectKey(one)} value={subjectKey(one)}>{nameOf(one)}</option>)}</select></Labeled>
        {scale && <RatingField scale={scale} />}
        <Labeled label="In your words" hint={scale ? 'Optional.' : undefined}><textarea className={parts.input} name="comment" rows={3} required={!scale} /></Labeled>
      </Form>
    </Card>
  )
}

function Said({ customer: { feedback }, onMore }: { customer: Own; onMore?: () => void }) {
  return (
    <Card flush title="What you said" note={feedback.totalCount > 0 ? plural(feedback.totalCount, 'response') : undefined}>
      {feedback.nodes.length === 0 && <div className={table.more}><Empty title="Nothing yet">What you tell us appears here.</Empty></div>}
      <ul className={css.said}>{feedback.nodes.map((response) => <Response key={response.id} response={response} />)}</ul>
      {feedback.nodes.length < feedback.totalCount && <p className={table.more}>{count(feedback.nodes.length)} of {count(feedback.totalCount)}{onMore && <Button small onClick={onMore}>Show more</Button>}</p>}
    </Card>
  )
}

function Response({ response: { rating, scale, comment, feature, product, release, occurredAt } }: { response: OwnResponse }) {
  return (
    <li>
      <Rating rating={rating} scale={scale} />
      <div>
        {comment ? <p dir="auto" className={css.text}>{comment}</p> : <p className={table.muted}>No comment</p>}
        <p className={css.meta}>{[feature?.name ?? product.name, release?.version, longDay(occurredAt.slice(0, 10))].filter(Boolean).join(' · ')}</p>
      </div>
    </li>
  )
}

function Past({ incidents, total }: { incidents: (OwnIncident & { resolvedAt: string | null })[]; total: number }) {
  return <Card title="Solved problems" note={total > incidents.length ? `The latest ${count(incidents.length)} of ${count(total)}.` : undefined}><Problems incidents={incidents} /></Card>
}
