import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import type { Figure } from '~/chart/figure'
import { IntervalAxis, IntervalRow } from '~/chart/interval'
import { niceDomain } from '~/chart/scale'
import { longDay, momentText } from '~/format/date'
import { count, fixed, signed, times } from '~/format/number'
import { byImportance, story } from '~/format/sentence'
import { REASONS, VERDICTS, type Tone } from '~/format/verdict'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { findingOf } from '~/part/finding'
import { ReportMenu } from '~/part/report-menu'
import { SentenceText } from '~/part/story'
import { ExportMenu } from '~/ui/export-menu'
import { GateBadge } from '~/ui/gate'
import { Card, classes, Halves, PageHead, Stack, Tag } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { VerdictBadge } from '~/ui/verdict'
import { ReleaseAnnouncements } from './announcements'
import { Detail } from './detail'
import { GateCard } from './gate'
import { ReleaseIncidents } from './incidents'
import { Outcome } from './outcome'
import { ReleaseQuery, type FeatureRegression, type RegressionData, type ReleaseData } from './query'
import { Suspected } from './suspected'
import css from './view.module.css'
import { Watch } from './watch'
import { ReleaseWords } from './words'

/** Verdicts whose reason the sentence above says for all. */
const QUIET = new Set<string>(['NO_EVIDENCE', 'CANNOT_TELL', 'NO_BASELINE'])

const keyOf = ({ feature }: FeatureRegression) => feature?.key ?? 'product'

export default function Release() {
  const { key: product } = useProduct()
  const { version } = useParams({ from: '/p/$product/releases/$version' })
  const { feature: chosen } = useSearch({ from: '/p/$product/releases/$version' })
  const navigate = useNavigate({ from: '/p/$product/releases/$version' })
  const { seesCustomers } = useRights()
  const words = useWords()
  const { result, refresh } = useScreenQuery(ReleaseQuery, { product, release: version })
  useLiveRefresh(['release', 'verdict', 'incident'], refresh)
  return (
    <Loaded page result={result} retry={refresh} rows={12}>
      {({ release }) => {
        if (!release) return null
        const { regression } = release
        const features = regression?.features.toSorted((left, right) => byImportance(findingOf(left), findingOf(right))) ?? []
        const detail = features.find((one) => keyOf(one) === chosen) ?? features[0]
        return (
          <>
            <PageHead title={<>{capital(words('release'))} {release.version} {release.lifecycle !== 'RELEASED' && <Tag>{release.lifecycle.toLowerCase()}</Tag>}</>} lead={<Lead release={release} />}
              crumb={{ label: `All ${words('releases')}`, link: { to: '/p/$product/releases', params: { product } } }} actions={release.lifecycle !== 'PLANNED' && <ReportMenu of={{ kind: 'RELEASE', product, release: release.version }} />} />
            <Stack>
              {!regression && <Empty title="No verdict">{release.lifecycle === 'PLANNED' ? `This ${words('release')} has not shipped yet. It is judged from its first day on.` : `The first day of this ${words('release')} is unknown.`}</Empty>}
              {regression && (
                <>
                  <Hero version={release.version} regression={regression} features={features} />
                  <Features version={release.version} features={features} touched={release.features} chosen={detail} onChoose={(feature) => void navigate({ search: { feature }, replace: true, resetScroll: false })} />
                  {detail && <Detail version={release.version} regression={regression} feature={detail} />}
                </>
              )}
              <Outcome version={release.version} />
              {seesCustomers && release.lifecycle !== 'PLANNED' && <Suspected version={release.version} />}
              {seesCustomers && <ReleaseIncidents version={release.version} />}
              {release.lifecycle !== 'PLANNED' && <ReleaseWords version={release.version} />}
              <Halves>
                <Watch version={release.version} />
                {regression && <GateCard gate={regression.gate} />}
              </Halves>
              <ReleaseAnnouncements version={release.version} />
              {release.deployments.length > 0 && <Deployments release={release} />}
            </Stack>
          </>
        )
      }}
    </Loaded>
  )
}

function Lead({ release: { title, releasedOn, plannedFor, previous, shippedBy, firstDayBasis, withdrawnAt } }: { release: ReleaseData }) {
  const words = useWords()
  return <>{[
    title,
    releasedOn ? `${longDay(releasedOn)}${firstDayBasis !== 'DECLARED' ? ' (inferred)' : ''}` : plannedFor && `planned for ${longDay(plannedFor)}`,
    previous && `after ${words('release')} ${previous.version}`,
    shippedBy && `shipped by ${shippedBy.name}`,
    withdrawnAt && `withdrawn on ${momentText(withdrawnAt)}`,
  ].filter(Boolean).join(' · ')}</>
}

/** The verdict in words, before any number. */
function Hero({ version, regression, features }: { version: string; regression: RegressionData; features: FeatureRegression[] }) {
  const [first, ...rest] = story(version, features.map(findingOf))
  return (
    <section className={classes(css.hero, css[VERDICTS[regression.verdict].tone])} aria-label="Verdict">
      <div>
        <VerdictBadge verdict={regression.verdict} />
        {first && <p className={css.sentence}><SentenceText {...first} /></p>}
        {rest.map((sentence, index) => <p key={index} className={css.also}><SentenceText {...sentence} /></p>)}
      </div>
      <div className={css.gate}>
        <GateBadge {...regression.gate} />
        <p>{capital(regression.gate.reason)}.</p>
        <p className={css.through}>Data up to {longDay(regression.through)}.</p>
      </div>
    </section>
  )
}

const TONES: Partial<Record<Tone, 'regressed' | 'improved'>> = { regressed: 'regressed', watch: 'regressed', improved: 'improved', recovered: 'improved' }

function Features({ version, features, touched, chosen, onChoose }: {
  version: string
  features: FeatureRegression[]
  touched: ReleaseData['features']
  chosen: FeatureRegression | undefined
  onChoose: (feature: string) => void
}) {
  const words = useWords()
  const say = useSaid()
  const known = features.flatMap(({ change }) => (change ? [change.lower ?? change.estimate, change.upper ?? change.estimate] : []))
  const domain = niceDomain([...known, 0], { margin: 0.02, wanted: 6 })
  return (
    <Card flush title={`${capital(words('feature'))} by ${words('feature')}`} note={say('Change of the ratings in points of 100, within each scale and segment, with 95% intervals. The score is the probability, in percent, that it got worse.')}
      actions={<ExportMenu title={`${version} by ${words('feature')}`} figure={known.length > 0 ? () => changesOf(features, domain) : undefined} table={() => csv(features)} />}>
      <table className={classes(table.table, css.features)}>
        <thead>
          <tr>
            <th>{capital(words('feature'))}</th><th className={css.verdict}>Verdict</th><th className={css.change}>{known.length > 0 ? <IntervalAxis domain={domain} signs /> : <span className="visually-hidden">Interval</span>}</th>
            <th className={table.number}>Change</th><th className={classes(table.number, css.wide)}>{capital(words('incidents'))}</th><th className={classes(table.number, css.wide)}>{capital(words('responses'))}</th><th className={classes(table.number, css.wide)}>Score</th>
          </tr>
        </thead>
        <tbody>
          {features.map((one) => {
            const { feature, verdict, reason, change, rateRatio, responses, score } = one
            const touch = touched.find((entry) => entry.feature.key === feature?.key)
            return (
              <tr key={keyOf(one)} className={one === chosen ? css.chosen : undefined}>
                <th scope="row">
                  <button type="button" className={css.choose} aria-pressed={one === chosen} onClick={() => onChoose(keyOf(one))}>{feature?.name ?? say('The product as a whole')}</button>
                  {touch && <> <Tag>{touch.change.toLowerCase()}</Tag></>}
                </th>
                <td className={css.verdict}><VerdictBadge verdict={verdict} />{reason && !QUIET.has(verdict) && <span className={table.sub}>{say(REASONS[reason])}</span>}</td>
                <td className={css.change}>{change && <IntervalRow zero domain={domain} estimate={change.estimate} lower={change.lower} upper={change.upper} height={36} tone={TONES[VERDICTS[verdict].tone] ?? 'quiet'} label={`${signed(change.estimate, 1)} points`} />}</td>
                <td className={table.number}>{change ? signed(change.estimate, 1) : <span className={table.muted} title={say('Too few responses to compare')}>–</span>}</td>
                <td className={classes(table.number, css.wide)}>{rateRatio ? times(rateRatio.estimate) : <span className={table.muted}>–</span>}</td>
                <td className={classes(table.number, css.wide)}>{count(responses)}</td>
                <td className={classes(table.number, css.wide)}>{fixed(score)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Card>
  )
}

function changesOf(features: FeatureRegression[], domain: [number, number]): Figure {
  const rows = features.flatMap(({ feature, change }) => (change ? [{ label: feature?.name ?? 'The product as a whole', values: [{ ...change, text: signed(change.estimate, 1) }] }] : []))
  return { kind: 'intervals', signs: true, domain, rows }
}

function csv(features: FeatureRegression[]) {
  return [
    ['feature', 'verdict', 'reason', 'change', 'lower', 'upper', 'incident_rate_ratio', 'incidents', 'responses', 'score'],
    ...features.map(({ feature, verdict, reason, change, rateRatio, incidents, responses, score }) => [
      feature?.name ?? 'The product as a whole', verdict, reason, change?.estimate, change?.lower, change?.upper, rateRatio?.estimate, incidents, responses, score,
    ]),
  ]
}

function Deployments({ release }: { release: ReleaseData }) {
  return (
    <Card flush title="Deployments" actions={<ExportMenu title={`Deployments of ${release.version}`} table={() => [['environment', 'status', 'deployed_at'], ...release.deployments.map(({ environment, status, deployedAt }) => [environment, status, deployedAt])]} />}>
      <table className={table.table}>
        <thead><tr><th>Environment</th><th>Status</th><th>When</th></tr></thead>
        <tbody>
          {release.deployments.map(({ id, environment, status, deployedAt }) => (
            <tr key={id}><th scope="row">{environment}</th><td>{status.replace('_', ' ').toLowerCase()}</td><td>{momentText(deployedAt)}</td></tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
