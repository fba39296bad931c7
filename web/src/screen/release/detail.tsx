import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { EvidenceChart } from '~/chart/evidence-chart'
import { IntervalAxis, IntervalRow } from '~/chart/interval'
import { niceDomain } from '~/chart/scale'
import { difference } from '~/format/change'
import { addDays, longDay, shortDay } from '~/format/date'
import { count, fixed, percent, plural, plusMinus, probability, range, score, signed, times } from '~/format/number'
import { scaleName } from '~/format/rating'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Card, classes, Halves, Stack } from '~/ui/parts'
import table from '~/ui/table.module.css'
import { Change } from '~/ui/verdict'
import { ReleaseValueQuery, type FeatureRegression, type RegressionData } from './query'
import css from './view.module.css'

const WEEKS = 28

/** All that stands behind the verdict on one feature. */
export function Detail({ version, regression, feature }: { version: string; regression: RegressionData; feature: FeatureRegression }) {
  const say = useSaid()
  const name = feature.feature?.name ?? say('The product as a whole')
  return (
    <Stack>
      <h2 className={css.detailTitle} id="detail">{name}</h2>
      <Halves>
        <Evidence version={version} name={name} feature={feature} />
        <Before version={version} name={name} feature={feature} regression={regression} />
      </Halves>
      <Halves>
        <Cause version={version} name={name} feature={feature} />
        <Suspects feature={feature} />
      </Halves>
      {feature.strata.length > 0 && <Strata name={name} version={version} feature={feature} />}
    </Stack>
  )
}

interface Props {
  version: string
  name: string
  feature: FeatureRegression
}

function Evidence({ version, name, feature }: Props) {
  const say = useSaid()
  const frame = useRef<HTMLDivElement>(null)
  return (
    <Card title="Evidence by day" note={say('Probability in percent that it got worse. It starts at 10, as one in ten releases makes things worse, and is valid however often one looks.')}
      actions={<ExportMenu title={`${version} ${name} evidence`} chart={frame} table={() => [['day', 'log_evidence'], ...feature.path.map(({ asOf, logEvidence }) => [asOf, logEvidence])]} />}>
      <div ref={frame}><EvidenceChart path={feature.path} flagged={feature.firstFlaggedDay} label={`Probability that ${version} made ${name} worse`} /></div>
    </Card>
  )
}

function Before({ version, name, feature, regression }: Props & { regression: RegressionData }) {
  const { key: product } = useProduct()
  const words = useWords()
  const say = useSaid()
  const key = feature.feature?.key
  const start = regression.firstDay
  const { result } = useScreenQuery(ReleaseValueQuery, {
    product, feature: key ?? '', before: { from: addDays(start, -WEEKS), until: start }, since: { from: start, until: addDays(regression.through, 1) },
  }, { pause: !key })
  const { before, since } = result.data?.feature ?? {}
  const domain = before && since ? niceDomain([before.lower, before.upper, since.lower, since.upper], { floor: 0, ceiling: 100, margin: 0.2 }) : null
  const { rateRatio } = feature
  return (
    <Card title={`Before and since ${version}`} note={`${name}, in the ${WEEKS} days before and since ${longDay(start)}.`}
      actions={before && since && domain && <ExportMenu title={`${name} before and since ${version}`} figure={() => ({
        kind: 'intervals', domain, rows: [['Before', before] as const, ['Since', since] as const].map(([label, value]) => ({ label, values: [{ estimate: value.score, lower: value.lower, upper: value.upper, text: `${score(value.score, value)} ${plusMinus(value)}` }] })),
      })} />}>
      {before && since && domain && (
        <div className={css.pair}>
          <span /><IntervalAxis domain={domain} /><span />
          <span>Before</span>
          <IntervalRow domain={domain} estimate={before.score} lower={before.lower} upper={before.upper} tone="quiet" thin={!before.ranked} height={34} label={`Before: ${score(before.score, before)}`} />
          <b>{score(before.score, before)} <small>{plusMinus(before)}</small></b>
          <span>Since</span>
          <IntervalRow domain={domain} estimate={since.score} lower={since.lower} upper={since.upper} thin={!since.ranked} height={34} label={`Since: ${score(since.score, since)}`} />
          <b>{score(since.score, since)} <small>{plusMinus(since)}</small></b>
        </div>
      )}
      <dl className={css.facts}>
        {before && since && <div><dt>{capital(words('value'))}</dt><dd>{before.ranked && since.ranked ? <Change {...difference(since, before)} /> : say('too few responses')}</dd></div>}
        <div><dt>{say('Ratings, within scale and segment')}</dt><dd>{feature.change ? <>{signed(feature.change.estimate, 1)} points <small>{bounds(feature.change)}</small></> : say('too few responses')}</dd></div>
        <div><dt>{capital(words('responses'))}</dt><dd>{count(feature.baselineResponses)} in {feature.baselineDays} days before, {count(feature.responses)} since</dd></div>
        <div><dt>{capital(words('incidents'))}</dt><dd>{count(feature.baselineIncidents)} before, {count(feature.incidents)} since</dd></div>
        <div><dt>{capital(words('incidents'))} per {feature.rateBasis === 'EXPOSURE' ? `${words('customer')}-day` : 'day'}</dt><dd>{rateRatio ? <>{times(rateRatio.estimate)} <small>{bounds(rateRatio)}</small></> : 'not comparable'}</dd></div>
        {feature.unlabeledShare !== null && feature.unlabeledShare > 0 && <div><dt>Without a {words('release')}</dt><dd>{percent(feature.unlabeledShare)} of {words('responses')}, not counted here</dd></div>}
      </dl>
    </Card>
  )
}

function bounds({ lower, upper }: { lower: number | null; upper: number | null }): string {
  return lower !== null && upper !== null ? `(${range({ lower, upper })})` : '(no interval)'
}

const CONTROL = {
  HELD: 'It moved more than the features that the release does not change.',
  SHARED: 'Features that the release does not change moved as well, so the release is not blamed.',
  NONE: 'There is nothing to compare with: the release does not name the features that it changes.',
} as const

function Cause({ version, name, feature }: Props) {
  const say = useSaid()
  const controls = feature.controls.toSorted((left, right) => left.shift - right.shift)
  const values = [feature.change?.estimate ?? 0, ...controls.map(({ shift }) => shift), feature.ownChange?.lower ?? 0, feature.ownChange?.upper ?? 0]
  const domain = niceDomain(values, { margin: 0.1 })
  return (
    <Card title={say('Was it the release?')} note={feature.control ? say(CONTROL[feature.control]) : `What else moved on the same days, though ${version} does not change it.`}
      actions={controls.length > 0 && <ExportMenu title={`${version} ${name} and others`} figure={() => ({
        kind: 'intervals', signs: true, domain, rows: [
          ...(feature.ownChange ? [{ label: `${name} beyond these`, values: [{ ...feature.ownChange, text: signed(feature.ownChange.estimate, 1) }] }] : []),
          ...controls.map((control) => ({ label: control.feature?.name ?? 'As a whole', values: [{ estimate: control.shift, lower: null, upper: null, text: signed(control.shift, 1) }] })),
        ],
      })} table={() => [['feature', 'shift', 'responses'], ...controls.map((control) => [control.feature?.name ?? 'As a whole', control.shift, control.responses])]} />}>
      {controls.length === 0 ? <p className={css.silent}>{say('There is no other feature to compare with.')}</p> : (
        <div className={css.controls}>
          <span /><IntervalAxis domain={domain} signs /><span />
          {feature.ownChange && (
            <>
              <b>{name} beyond these</b>
              <IntervalRow zero domain={domain} estimate={feature.ownChange.estimate} lower={feature.ownChange.lower} upper={feature.ownChange.upper} tone={feature.ownChange.estimate < 0 ? 'regressed' : 'improved'} height={30} label={`${name} beyond the others: ${signed(feature.ownChange.estimate, 1)}`} />
              <b>{signed(feature.ownChange.estimate, 1)}</b>
            </>
          )}
          {feature.commonShift && (
            <>
              <span>All of these together</span>
              <IntervalRow zero domain={domain} estimate={feature.commonShift.estimate} lower={feature.commonShift.lower} upper={feature.commonShift.upper} tone="quiet" height={30} label={`All others: ${signed(feature.commonShift.estimate, 1)}`} />
              <span>{signed(feature.commonShift.estimate, 1)}</span>
            </>
          )}
          {controls.map((control) => (
            <Control key={control.feature?.key ?? ''} name={control.feature?.name ?? 'As a whole'} shift={control.shift} responses={control.responses} domain={domain} />
          ))}
        </div>
      )}
    </Card>
  )
}

function Control({ name, shift, responses, domain }: { name: string; shift: number; responses: number; domain: [number, number] }) {
  const say = useSaid()
  return (
    <>
      <span className={css.control} title={say(plural(Math.round(responses), 'response'))}>{name}</span>
      <IntervalRow zero domain={domain} estimate={shift} lower={null} upper={null} tone="quiet" height={22} label={`${name}: ${signed(shift, 1)}`} />
      <span className={css.control}>{signed(shift, 1)}</span>
    </>
  )
}

function Suspects({ feature }: { feature: FeatureRegression }) {
  const { key: product } = useProduct()
  const words = useWords()
  const { changePoint, suspects } = feature
  return (
    <Card title="Since when?" note={changePoint?.detected
      ? <>Most likely since {longDay(changePoint.day)}{changePoint.earliest !== changePoint.latest && <>, between {shortDay(changePoint.earliest)} and {shortDay(changePoint.latest)}</>}.</>
      : 'There is no day on which ratings clearly changed.'}>
      {suspects.length > 0 && (
        <ul className={css.suspects}>
          {suspects.map(({ release, probability: share }) => (
            <li key={release.version}>
              <Link to="/p/$product/releases/$version" params={{ product, version: release.version }}>{release.version}</Link>
              <span className={css.track}><i style={{ width: `${share * 100}%` }} /></span>
              <span>{probability(share)}</span>
            </li>
          ))}
        </ul>
      )}
      <dl className={css.facts}>
        {feature.firstFlaggedDay && <div><dt>First flagged</dt><dd>{longDay(feature.firstFlaggedDay)}</dd></div>}
        {feature.since && <div><dt>Fell</dt><dd>{longDay(feature.since.day)}{feature.since.release && ` with ${feature.since.release.version}`}</dd></div>}
        {feature.previous?.change && <div><dt>Against the previous {words('release')} only</dt><dd>{signed(feature.previous.change.estimate, 1)} points <small>{bounds(feature.previous.change)}</small></dd></div>}
        {feature.recovery !== null && <div><dt>Recovered</dt><dd>{percent(feature.recovery)} of the fall</dd></div>}
        <div><dt>p-value</dt><dd>{feature.pValue < 0.001 ? '< 0.1%' : percent(feature.pValue, 1)}</dd></div>
        <div><dt>Compared with</dt><dd>{{ ANCESTORS: `its predecessors`, ANY_OTHER: `all other ${words('releases')}`, PREVIOUS: `the previous ${words('release')}` }[feature.baseline]}</dd></div>
      </dl>
    </Card>
  )
}

function Strata({ name, version, feature }: Props) {
  const say = useSaid()
  const words = useWords()
  const domain = niceDomain(feature.strata.flatMap(({ change }) => (change ? [change.lower ?? change.estimate, change.upper ?? change.estimate] : [0])), { wanted: 6, margin: 0 })
  return (
    <Card flush title={say('Within each scale and segment')} note={say('Ratings are only compared within one scale and segment. All scales from 0 (worst) to 100 (best).')}
      actions={<ExportMenu title={`${version} ${name} strata`} figure={() => ({ kind: 'intervals', signs: true, domain, rows: feature.strata.flatMap(({ scale, segment, change }) => (change ? [{ label: [scaleName(scale.key), segment?.name].filter(Boolean).join(', '), values: [{ ...change, text: signed(change.estimate, 1) }] }] : [])) })} table={() => [
        ['scale', 'segment', 'before', 'since', 'change', 'lower', 'upper', 'responses_before', 'responses_since'],
        ...feature.strata.map(({ scale, segment, baselineMean, mean, change, baselineResponses, responses }) => [
          scale.key, segment?.name, baselineMean, mean, change?.estimate, change?.lower, change?.upper, baselineResponses, responses,
        ]),
      ]} />}>
      <table className={classes(table.table, css.strata)}>
        <thead><tr><th>Scale</th><th>{say('Segment')}</th><th className={css.strataChange}>{feature.strata.some(({ change }) => change) ? <IntervalAxis domain={domain} signs /> : <span className="visually-hidden">Interval</span>}</th><th className={table.number}>Before</th><th className={table.number}>Since</th><th className={table.number}>{capital(words('responses'))}</th></tr></thead>
        <tbody>
          {feature.strata.map(({ scale, segment, baselineMean, mean, change, baselineResponses, responses }) => (
            <tr key={`${scale.key} ${segment?.key}`}>
              <td>{scaleName(scale.key)}</td>
              <td>{segment?.name ?? <span className={table.muted}>none</span>}</td>
              <td className={css.strataChange}>{change && <IntervalRow zero domain={domain} estimate={change.estimate} lower={change.lower} upper={change.upper} height={30}
                tone={change.upper !== null && change.upper < 0 ? 'regressed' : change.lower !== null && change.lower > 0 ? 'improved' : 'quiet'} label={`${signed(change.estimate, 1)} points`} />}</td>
              <td className={table.number}>{baselineMean === null ? '–' : fixed(baselineMean)}</td>
              <td className={table.number}>{mean === null ? '–' : fixed(mean)}</td>
              <td className={classes(table.number, table.muted)}>{count(baselineResponses)} → {count(responses)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
