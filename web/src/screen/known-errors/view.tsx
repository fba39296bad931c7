import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMutation } from 'urql'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { ago } from '~/format/date'
import { count, percent, plural } from '~/format/number'
import { capital, useWords, withArticle } from '~/format/vocabulary'
import { ERROR_STATES as LABELS, ErrorState, placeOf, spanOf } from '~/part/known-error'
import { KnownErrorForm } from '~/part/known-error-form'
import { Dialog } from '~/ui/dialog'
import { ExportMenu } from '~/ui/export-menu'
import { Button, Card, classes, Input, PageHead, Select, Stack, Toolbar } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { CreateKnownError, KnownErrorsQuery, ReportedQuery, type Gap, type KnownErrorRow } from './query'
import { ERROR_STATES, type KnownErrorsSearch } from './search'
import css from './view.module.css'

const PAGE = 25

export default function KnownErrors() {
  const { key: product, name } = useProduct()
  const search: KnownErrorsSearch = useSearch({ from: '/p/$product/known-errors' })
  const navigate = useNavigate({ from: '/p/$product/known-errors' })
  const { handlesIncidents, seesCustomers } = useRights()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { state, feature, find, entry } = search
  const filter = { state: state && [state], feature, text: find }
  const { result, refresh } = useScreenQuery(KnownErrorsQuery, { product, filter, first })
  const { result: reported, refresh: recount } = useScreenQuery(ReportedQuery, { product, filter, first }, { pause: !seesCustomers })
  useLiveRefresh(['incident', 'release'], () => { refresh(); if (seesCustomers) recount() })
  const change = (next: Partial<KnownErrorsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const filtered = Boolean(state ?? feature ?? find)
  const numbers = reported.data?.product?.knownErrors.nodes ?? []
  const gaps = reported.data?.product?.knowledgeGaps ?? []
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ product: found }) => {
        if (!found) return null
        const { nodes, totalCount } = found.knownErrors
        return (
          <>
            <PageHead title={`${capital(words('knownErrors'))} of ${name}`} lead={found.without.totalCount === 0 ? 'A fix is planned, shipped or ruled out for each.' : `${count(found.without.totalCount)} without a planned fix.`}
              actions={handlesIncidents && <Button kind="primary" icon="plus" onClick={() => change({ entry: 'yes' })}>New {words('knownError')}</Button>} />
            <Stack>
              <Toolbar label="Filters">
                <Select label="State" quiet value={state ?? ''} active={Boolean(state)} onChange={(next) => change({ state: next || undefined })}
                  choices={[{ value: '', label: 'All states' }, ...ERROR_STATES.map((value) => ({ value, label: LABELS[value].label }))]} />
                <Select label={capital(words('feature'))} quiet value={feature ?? ''} active={Boolean(feature)} onChange={(next) => change({ feature: next || undefined })}
                  choices={[{ value: '', label: `All ${words('features')}` }, ...found.features.nodes.map((one) => ({ value: one.key, label: one.name }))]} />
                <form role="search" onSubmit={(event) => { event.preventDefault(); change({ find: String(new FormData(event.currentTarget).get('find') ?? '') || undefined }) }}>
                  <Input key={find} type="search" name="find" aria-label="Find in titles and symptoms" placeholder="Find" defaultValue={find} />
                </form>
              </Toolbar>
              <Card flush title={plural(totalCount, words('knownError'), words('knownErrors'))} actions={<ExportMenu title={`${name} ${words('knownErrors')}`} table={() => csv(nodes)} />}>
                {nodes.length === 0
                  ? <div className={table.more}><Empty title={`No ${words('knownErrors')}`}>{filtered ? 'Nothing matches these filters.' : `Write down what does not work and what can be done meanwhile: it is suggested to whoever records ${withArticle(words('incident'))} or ${withArticle(words('response'))}.`}</Empty></div>
                  : <List errors={nodes} reported={numbers} />}
                {nodes.length < totalCount && <p className={table.more}>{count(nodes.length)} of {count(totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>}
              </Card>
              {gaps.length > 0 && <Gaps gaps={gaps} />}
            </Stack>
            {entry && handlesIncidents && <Entry onClose={() => change({ entry: undefined })} />}
          </>
        )
      }}
    </Loaded>
  )
}

function List({ errors, reported }: { errors: KnownErrorRow[]; reported: { id: string; incidents: { totalCount: number }; feedback: { totalCount: number } }[] }) {
  const words = useWords()
  return (
    <table className={classes(table.table, table.list, css.table)}>
      <thead><tr><th>What does not work</th><th className={css.state}>State</th><th className={css.meanwhile}>Meanwhile</th>{reported.length > 0 && <th className={classes(table.number, css.reports)}>Reported</th>}<th className={css.changed}>Changed</th></tr></thead>
      <tbody>
        {errors.map((error) => {
          const of = reported.find(({ id }) => id === error.id)
          return (
            <tr key={error.id}>
              <th scope="row"><Link className={table.main} to="/p/$product/known-errors/$error" params={{ product: error.product.key, error: error.id }}>{error.title}</Link><span className={table.sub}>{[placeOf(error), spanOf(error)].filter(Boolean).join(' · ')}</span></th>
              <td className={css.state}><ErrorState state={error.errorState} /></td>
              <td className={css.meanwhile}>{[error.workaround && 'workaround', error.articles.totalCount > 0 && words('article')].filter(Boolean).join(', ') || <span className={table.muted}>nothing known</span>}</td>
              {reported.length > 0 && <td className={classes(table.number, css.reports)} title={`${capital(words('incidents'))} and ${words('responses')} linked to it`}>{of ? count(of.incidents.totalCount + of.feedback.totalCount) : ''}</td>}
              <td className={css.changed}>{ago(error.updatedAt)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** What is asked again and again, and no article answers. */
function Gaps({ gaps }: { gaps: Gap[] }) {
  const { key: product, name } = useProduct()
  const words = useWords()
  const most = Math.max(...gaps.map(({ totalIncidents }) => totalIncidents))
  return (
    <Card title="Where knowledge is missing" note={`${capital(words('incidents'))} of the last 90 days whose ${words('knownErrors')} no published ${words('article')} answers, or that have none.`} actions={<ExportMenu title="Where knowledge is missing" table={() => [['feature', 'unanswered_incidents', 'incidents'], ...gaps.map(({ feature, unansweredIncidents, totalIncidents }) => [feature?.key, unansweredIncidents, totalIncidents])]} />}>
      <ul className={css.gaps}>
        {gaps.map(({ feature, unansweredIncidents, totalIncidents }) => (
          <li key={feature?.key ?? ''}>
            {feature ? <Link to="/p/$product/incidents" params={{ product }} search={{ feature: feature.key }}>{feature.name}</Link> : <span>{name} as a whole</span>}
            <span className={css.track} role="img" aria-label={`${percent(unansweredIncidents / totalIncidents)} without`}><i style={{ width: `${(totalIncidents / most) * 100}%` }}><i style={{ width: `${(unansweredIncidents / totalIncidents) * 100}%` }} /></i></span>
            <span>{count(unansweredIncidents)} of {count(totalIncidents)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Entry({ onClose }: { onClose: () => void }) {
  const { key: product } = useProduct()
  const navigate = useNavigate()
  const words = useWords()
  const [, create] = useMutation(CreateKnownError)
  const made = useRef<string | null>(null)
  return (
    <Dialog title={`New ${words('knownError')}`} onClose={onClose}>
      <KnownErrorForm product={product} label={`Create ${words('knownError')}`} onDone={() => {
        if (made.current) void navigate({ to: '/p/$product/known-errors/$error', params: { product, error: made.current } })
        else onClose()
      }} onSend={async (stated) => {
        const { data, error } = await create({ input: { product, ...stated } }, { additionalTypenames: ['KnownError'] })
        made.current = data?.createKnownError?.knownError?.id ?? null
        return { error, refusals: data?.createKnownError?.userErrors }
      }} />
    </Dialog>
  )
}

function csv(errors: KnownErrorRow[]) {
  return [
    ['id', 'title', 'state', 'features', 'introduced_in', 'fixed_in', 'workaround'],
    ...errors.map(({ id, title, errorState, features, introducedIn, fixedIn, workaround }) => [
      id, title, errorState, features.map(({ key }) => key).join(' '), introducedIn?.version, fixedIn.map(({ version }) => version).join(' '), workaround,
    ]),
  ]
}
