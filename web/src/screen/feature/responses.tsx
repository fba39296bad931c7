import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import type { Days } from '~/format/date'
import { count } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Responses, utility } from '~/part/responses'
import type { Response } from '~/part/responses.query'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, Input, Segmented } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { FeatureResponsesQuery } from './query'
import type { FeatureSearch } from './search'

const PAGE = 10
/** The API searches no texts yet, so a search looks through the newest of these. */
const SEARCHED = 200

function fits({ comment, rating, scale, customer }: Response, find: string, wanted: FeatureSearch['rating']): boolean {
  const text = `${comment ?? ''} ${customer?.key ?? ''} ${customer?.name ?? ''}`.toLowerCase()
  if (find && !text.includes(find.toLowerCase())) return false
  if (!wanted) return true
  if (rating === null || !scale) return false
  return wanted === 'low' ? utility(rating, scale) <= 0.4 : utility(rating, scale) >= 0.7
}

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
  const narrowed = Boolean(search.find ?? search.rating)
  const { result, refresh } = useScreenQuery(FeatureResponsesQuery, {
    product, feature, first: narrowed ? SEARCHED : first,
    filter: { day: period, release: search.release, segment: search.segment, hasComment: search.silent ? undefined : true },
  })
  useLiveRefresh(['feedback'], refresh)
  return (
    <Card flush title={`${capital(words('responses'))}`}
      actions={
        <>
          <Input type="search" placeholder="Search comments" aria-label="Search comments" defaultValue={search.find ?? ''} active={Boolean(search.find)}
            onChange={(event) => onChange({ find: event.target.value.trim() || undefined })} />
          <Button small kind={search.silent ? 'primary' : 'plain'} aria-pressed={search.silent === 'yes'} onClick={() => onChange({ silent: search.silent ? undefined : 'yes' })}>Include those without comment</Button>
          <Segmented label="Rating" value={search.rating ?? 'all'} onChange={(rating) => onChange({ rating: rating === 'all' ? undefined : rating })}
            choices={[{ value: 'all', label: 'All' }, { value: 'low', label: 'Low' }, { value: 'high', label: 'High' }]} />
          <ExportMenu title={`${name} ${words('responses')}`} table={() => csv((result.data?.feature?.feedback.nodes ?? []).filter((one) => fits(one, search.find ?? '', search.rating)))} />
        </>
      }>
      <Loaded result={result} retry={refresh}>
        {(data) => {
          const { nodes, totalCount } = data.feature?.feedback ?? { nodes: [], totalCount: 0 }
          const found = nodes.filter((one) => fits(one, search.find ?? '', search.rating))
          return (
            <>
              {found.length === 0 && <div className={table.more}><Empty title={`No ${words('responses')}`}>{narrowed ? `None of the newest ${count(nodes.length)} matches.` : `There are none in this period.`}</Empty></div>}
              <Responses responses={found} features={false} />
              <p className={table.more}>
                {narrowed
                  ? `${count(found.length)} of the newest ${count(nodes.length)} match (${count(totalCount)} in all).`
                  : `${capital(words('responses'))} 1 to ${count(nodes.length)} of ${count(totalCount)}.`}
                {!narrowed && nodes.length < totalCount && first < SEARCHED && <Button small onClick={() => setFirst(Math.min(SEARCHED, first * 2))}>Show more</Button>}
              </p>
            </>
          )
        }}
      </Loaded>
    </Card>
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
