import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import type { Figure } from '~/chart/figure'
import { IntervalAxis, IntervalRow } from '~/chart/interval'
import { longDay } from '~/format/date'
import { signed } from '~/format/number'
import { isClear, story, subjectOf, textOf } from '~/format/sentence'
import { VERDICTS, type Tone } from '~/format/verdict'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { findingOf } from '~/part/finding'
import { SentenceText } from '~/part/story'
import { ImportLink } from '~/part/import-link'
import { ExportMenu } from '~/ui/export-menu'
import { GateBadge } from '~/ui/gate'
import { Button, Card, classes, PageHead, Stack, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { VerdictBadge } from '~/ui/verdict'
import { ReleasesQuery, type ReleaseRow } from './query'
import css from './view.module.css'

const PAGE = 20
/** So many other findings are named in a row. */
const NAMED = 4
const DOMAIN: [number, number] = [-30, 30]

export default function Releases() {
  const { key: product, name } = useProduct()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(ReleasesQuery, { product, first })
  useLiveRefresh(['release', 'verdict'], refresh)
  return (
    <>
      <PageHead title={`${capital(words('releases'))} of ${name}`} lead={`What each ${words('release')} changed for ${words('customers')}.`} />
      <Loaded result={result} retry={refresh} rows={12}>
        {({ product: found }) => {
          const { nodes, totalCount } = found?.releases ?? { nodes: [], totalCount: 0 }
          const planned = nodes.filter(({ lifecycle }) => lifecycle === 'PLANNED')
          const shipped = nodes.filter(({ lifecycle }) => lifecycle !== 'PLANNED')
          if (nodes.length === 0) return <Empty title={`No ${words('releases')} yet`} action={<ImportLink />}>A {words('release')} appears when it is planned, shipped, deployed, or named by {words('responses')}.</Empty>
          return (
            <Stack>
              {planned.length > 0 && (
                <Card title="Planned">
                  <ul className={css.planned}>
                    {planned.map((release) => (
                      <li key={release.id}>
                        <Link className={table.main} to="/p/$product/releases/$version" params={{ product, version: release.version }}>{release.version}</Link>
                        <span>{release.title}</span>
                        <span className={table.muted}>{release.plannedFor ? longDay(release.plannedFor) : 'no date'}</span>
                      </li>
                    ))}
                  </ul>
                </Card>
              )}
              <Card flush title="Shipped" note="The chart shows the change of the most affected feature, in points of 100, with its 95% interval."
                actions={<ExportMenu title={`${name} releases`} figure={() => changesOf(shipped)} table={() => csv(shipped)} />}>
                <table className={classes(table.table, table.list, css.table)}>
                  <thead>
                    <tr>
                      <th className={css.version}>{capital(words('release'))}</th>
                      <th className={css.verdict}>Verdict</th>
                      <th>What happened</th>
                      <th className={css.change}><IntervalAxis domain={DOMAIN} signs /></th>
                      <th className={css.gate}>Gate</th>
                    </tr>
                  </thead>
                  <tbody>{shipped.map((release) => <Row key={release.id} release={release} />)}</tbody>
                </table>
                {nodes.length < totalCount && <p className={table.more}><Button small onClick={() => setFirst(first + PAGE)}>Show earlier {words('releases')}</Button></p>}
              </Card>
            </Stack>
          )
        }}
      </Loaded>
    </>
  )
}

const TONES: Partial<Record<Tone, 'regressed' | 'improved'>> = { regressed: 'regressed', watch: 'regressed', improved: 'improved', recovered: 'improved' }

function Row({ release }: { release: ReleaseRow }) {
  const say = useSaid()
  const { key: product } = useProduct()
  const { version, title, releasedOn, regression, inferred, lifecycle } = release
  const findings = (regression?.features ?? []).map(findingOf)
  const top = subjectOf(findings)
  const others = findings.filter((finding) => isClear(finding) && finding !== top)
  const sentence = story(version, findings)[0]
  return (
    <tr>
      <th scope="row" className={css.version}>
        <Link className={table.main} to="/p/$product/releases/$version" params={{ product, version }}>{version}</Link>
        {lifecycle === 'WITHDRAWN' && <> <Tag>withdrawn</Tag></>}
        <span className={table.sub}>{releasedOn ? longDay(releasedOn) : 'date unknown'}{inferred && ', inferred'}</span>
      </th>
      <td className={css.verdict}>{regression ? <VerdictBadge verdict={regression.verdict} /> : <span className={table.muted}>no verdict</span>}</td>
      <td className={css.story}>
        {sentence && <SentenceText {...sentence} />}
        {others.length > 0 && <span className={css.others}>{others.slice(0, NAMED).map(({ feature, verdict }) => <VerdictBadge key={feature?.name ?? ''} verdict={verdict} label={feature?.name ?? 'As a whole'} />)}{others.length > NAMED && <Tag>and {others.length - NAMED} more</Tag>}</span>}
        {title && <span className={table.sub}>{title}</span>}
      </td>
      <td className={css.change}>
        {top?.change && (
          <IntervalRow zero domain={DOMAIN} estimate={top.change.estimate} lower={top.change.lower} upper={top.change.upper} tone={TONES[VERDICTS[top.verdict].tone] ?? 'quiet'}
            label={`${top.feature?.name ?? say('The product as a whole')}: change of ${top.change.estimate.toFixed(1)} points`} />
        )}
      </td>
      <td className={css.gate}>{regression && <GateBadge {...regression.gate} />}</td>
    </tr>
  )
}

function changesOf(releases: ReleaseRow[]): Figure {
  const rows = releases.flatMap(({ version, regression }) => {
    const top = subjectOf((regression?.features ?? []).map(findingOf))
    return top?.change ? [{ label: `${version}  ${top.feature?.name ?? 'as a whole'}`, values: [{ ...top.change, text: signed(top.change.estimate, 1) }] }] : []
  })
  return { kind: 'intervals', signs: true, domain: DOMAIN, rows }
}

function csv(releases: ReleaseRow[]) {
  return [
    ['release', 'title', 'released_on', 'verdict', 'gate', 'what_happened'],
    ...releases.map(({ version, title, releasedOn, regression }) => [
      version, title, releasedOn, regression?.verdict, regression?.gate.outcome, story(version, (regression?.features ?? []).map(findingOf)).map(textOf).join(' '),
    ]),
  ]
}
