import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import type { Days } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Responses } from '~/part/responses'
import type { Response } from '~/part/responses.query'
import { useSettled } from '~/part/suggestions'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, Input, Segmented } from '~/ui/parts'
import { Empty, ErrorPanel, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { useFound, type Found } from './found'
import { FeatureResponsesQuery } from './query'
import type { FeatureSearch } from './search'

const PAGE = 10
/** The most that is listed at once. */
const MOST = 200

interface Props {
  feature: string
  name: string
  period: Days
  search: FeatureSearch
  onChange: (next: Partial<FeatureSearch>) => void
}

export function FeatureResponses({ feature, name, period, search, onChange }: Props) {
  const { key: product } = useProduct()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const [round, setRound] = useState(0)
  const [typed, setTyped] = useState(search.find ?? '')
  const [given, setGiven] = useState(search.find)
  // What is sought comes from this field, or from a word elsewhere on the page.
  if (given !== search.find) {
    setGiven(search.find)
    if (typed.trim() !== (search.find ?? '')) setTyped(search.find ?? '')
  }
  const find = useSettled(search.find ?? '')
  const narrowed = Boolean(search.find ?? search.rating)
  const variables = { product, feature, filter: { day: period, release: search.release, segment: search.segment, hasComment: search.silent ? undefined : true } }
  const { result, refresh } = useScreenQuery(FeatureResponsesQuery, { ...variables, first, after: null }, { pause: narrowed })
  const { found, goOn } = useFound({ variables, find, rating: search.rating, enough: first, pause: !narrowed, round })
  useLiveRefresh(['feedback'], () => { if (narrowed) setRound(round + 1); else refresh() })
  const more = () => setFirst(Math.min(MOST, first * 2))
  return (
    <div id="responses">
      <Card flush title={capital(words('responses'))}
        actions={
          <>
            <Input type="search" placeholder="Search comments" aria-label="Search comments" value={typed} active={Boolean(search.find)}
              onChange={(event) => {
              setTyped(event.target.value)
              onChange({ find: event.target.value.trim() || undefined })
            }} />
            <Button small kind={search.silent ? 'primary' : 'plain'} aria-pressed={search.silent === 'yes'} onClick={() => onChange({ silent: search.silent ? undefined : 'yes' })}>Include those without comment</Button>
            <Segmented label="Rating" value={search.rating ?? 'all'} onChange={(rating) => onChange({ rating: rating === 'all' ? undefined : rating })}
              choices={[{ value: 'all', label: 'All' }, { value: 'low', label: 'Low' }, { value: 'high', label: 'High' }]} />
            <ExportMenu title={`${name} ${words('responses')}`} table={() => csv(narrowed ? found.responses : (result.data?.feature?.feedback.nodes ?? []))} />
          </>
        }>
        {narrowed ? <Matches found={found} shown={first} onMore={more} onGoOn={goOn} /> : (
          <Loaded result={result} retry={refresh}>
            {(data) => {
              const { nodes, totalCount } = data.feature?.feedback ?? { nodes: [], totalCount: 0 }
              return (
                <>
                  {nodes.length === 0 && <div className={table.more}><Empty title={`No ${words('responses')}`}>There are none in this period.</Empty></div>}
                  <Responses responses={nodes} features={false} />
                  {nodes.length > 0 && <p className={table.more}>
                    {`${capital(words('responses'))} 1 to ${count(nodes.length)} of ${count(totalCount)}.`}
                    {nodes.length < totalCount && first < MOST && <Button small onClick={more}>Show more</Button>}
                  </p>}
                </>
              )
            }}
          </Loaded>
        )}
      </Card>
    </div>
  )
}

/** What was found, and how much was looked through for it. */
function Matches({ found: { responses, read, total, busy, error }, shown, onMore, onGoOn }: { found: Found; shown: number; onMore: () => void; onGoOn: () => void }) {
  const words = useWords()
  const left = total - read
  return (
    <>
      {error && <ErrorPanel error={error} retry={onGoOn} />}
      {!busy && !error && responses.length === 0 && <div className={table.more}><Empty title={`No ${words('responses')}`}>{left > 0 ? `None of the newest ${count(read)} matches.` : 'None in this period matches.'}</Empty></div>}
      <Responses responses={responses.slice(0, shown)} features={false} />
      <p className={table.more} role="status">
        {busy ? `Looking through ${count(total)}…` : left > 0 ? `${plural(responses.length, 'match', 'matches')} in the newest ${count(read)} of ${count(total)}.` : `${plural(responses.length, 'match', 'matches')} in all ${count(total)}.`}
        {!busy && responses.length > shown && shown < MOST && <Button small onClick={onMore}>Show more</Button>}
        {!busy && responses.length <= shown && left > 0 && <Button small onClick={responses.length >= shown ? onMore : onGoOn}>Look further</Button>}
      </p>
    </>
  )
}

function csv(responses: Response[]) {
  return [
    ['occurred_at', 'scale', 'rating', 'comment', 'customer', 'segment', 'release', 'channel'],
    ...responses.map(({ occurredAt, scale, rating, comment, customer, segment, release, channel }) => [
      occurredAt, scale?.key, rating, comment, customer?.key, segment?.name, release?.version, channel,
    ]),
  ]
}
