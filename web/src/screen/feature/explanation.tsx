import { useRef } from 'react'
import { barsOf, Distribution, ratingsTable } from '~/chart/distribution'
import { IntervalRow } from '~/chart/interval'
import { Waterfall } from '~/chart/waterfall'
import { count, fixed, percent, plural, range } from '~/format/number'
import { scaleName } from '~/format/rating'
import { capital, useWords } from '~/format/vocabulary'
import { ExportMenu } from '~/ui/export-menu'
import { Card, Segmented } from '~/ui/parts'
import { Empty } from '~/ui/states'
import table from '~/ui/table.module.css'
import type { FeatureData, FeatureValue } from './query'
import css from './view.module.css'

/** The sum behind the score. */
export function Explanation({ name, value }: { name: string; value: FeatureValue }) {
  const words = useWords()
  const frame = useRef<HTMLDivElement>(null)
  const known = value.incidentBasis === 'EXPOSURE'
  return (
    <Card title="Why this score" note={`${percent(value.ownWeight)} is based on the ${words('responses')} of this period, the rest on history and averages.`}
      actions={<ExportMenu title={`${name} score`} chart={frame} table={() => [
        ['part', 'points'], ['average', value.base], ['history', value.historyContribution], ['responses', value.feedbackContribution], ['incidents', value.incidentContribution], ['score', value.score],
      ]} />}>
      <div ref={frame}>
        <Waterfall total={value.score} totalLabel="Score"
          start={{ label: `Average ${words('feature')}`, note: `for these ${words('customers')}`, points: value.base }}
          parts={[
            { label: 'History', note: `what ${name} usually adds`, points: value.historyContribution },
            { label: capital(words('responses')), note: `${count(value.responses)} in this period`, points: value.feedbackContribution },
            { label: capital(words('incidents')), note: known ? `${percent(value.incidentImpact, 1)} of customer-days lost` : 'not deducted: usage is unknown', points: value.incidentContribution },
          ]} />
      </div>
    </Card>
  )
}

export function Ratings({ feature, scale, onScale }: { feature: FeatureData; scale: string | undefined; onScale: (scale: string) => void }) {
  const words = useWords()
  const asked = feature.ratingDistribution.filter(({ responses }) => responses > 0)
  const chosen = asked.find((one) => one.scale.key === scale) ?? asked.toSorted((left, right) => right.responses - left.responses)[0]
  if (!chosen) return <Empty title={`No ${words('responses')} in this period`}>Choose a longer period, or ask {words('customers')} with the widget.</Empty>
  const earlier = feature.distributionBefore.find((one) => one.scale.key === chosen.scale.key)
  return (
    <Card title={`${capital(words('responses'))} at each rating`} note={`${chosen.scale.name}: ${plural(chosen.responses, words('response'), words('responses'))}. Lines: the previous period.`}
      actions={
        <>
          {asked.length > 1 && <Segmented label="Scale" value={chosen.scale.key} onChange={onScale} choices={asked.map((one) => ({ value: one.scale.key, label: scaleName(one.scale.key) }))} />}
          <ExportMenu title={`${feature.name} ${scaleName(chosen.scale.key)}`} figure={() => ({ kind: 'bars', groups: [barsOf(chosen.scale, chosen.ratings, earlier?.ratings ?? [])] })}
            table={() => ratingsTable([{ scale: chosen.scale, ratings: chosen.ratings, earlier: earlier?.ratings ?? [] }], ['previous_period', 'this_period'])} />
        </>
      }>
      <Distribution levels={chosen.ratings} before={earlier?.ratings ?? []} scale={chosen.scale} label={chosen.scale.name} />
    </Card>
  )
}

const DOMAINS: Record<string, (min: number, max: number) => [number, number]> = {
  NPS: () => [-100, 100],
  CSAT: () => [0, 100],
  THUMBS: () => [0, 100],
}

const domainOf = ({ kind, min, max }: { kind: string; min: number; max: number }): [number, number] => DOMAINS[kind]?.(min, max) ?? [min, max]

/** NPS, CSAT and their like, each on its own scale. */
export function Figures({ feature }: { feature: FeatureData }) {
  const words = useWords()
  const figures = feature.standardFigures.filter(({ responses }) => responses > 0)
  if (figures.length === 0) return null
  return (
    <Card flush title="Standard figures" note="By their usual definitions, with 95% intervals; not adjusted for who responds."
      actions={<ExportMenu title={`${feature.name} standard figures`} figure={() => ({ kind: 'intervals', domain: [0, 100], rows: figures.map(({ scale, value, lower, upper }) => ({ label: scaleName(scale.key), domain: domainOf(scale), values: [{ estimate: value, lower, upper, text: fixed(value, domainOf(scale)[1] === 100 ? 0 : 2) }] })) })} table={() => [
        ['scale', 'value', 'lower', 'upper', 'responses'], ...figures.map(({ scale, value, lower, upper, responses }) => [scale.key, value, lower, upper, responses]),
      ]} />}>
      <table className={table.table}>
        <thead><tr><th>Figure</th><th className={css.figureChart}><span className="visually-hidden">Interval</span></th><th className={table.number}>Value</th><th className={table.number}>{capital(words('responses'))}</th></tr></thead>
        <tbody>
          {figures.map(({ scale, value, lower, upper, responses }) => {
            const domain = domainOf(scale)
            const whole = domain[1] === 100
            const unit = whole && scale.kind !== 'NPS' ? '%' : ''
            return (
              <tr key={scale.key}>
                <th scope="row">{scaleName(scale.key)}<span className={table.sub}>{fixed(domain[0])} to {fixed(domain[1])}{unit}</span></th>
                <td className={css.figureChart}><IntervalRow domain={domain} estimate={value} lower={lower} upper={upper} height={30} label={`${scale.name}: ${fixed(value, 1)}`} /></td>
                <td className={table.number}>
                  <b>{fixed(value, whole ? 0 : 2)}{unit}</b>
                  {lower !== null && upper !== null && <span className={table.sub}>{range({ lower, upper }, whole ? 0 : 2)}</span>}
                </td>
                <td className={table.number}>{count(responses)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Card>
  )
}
