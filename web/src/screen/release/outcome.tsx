import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct } from '~/app/session'
import { IntervalAxis, IntervalRow } from '~/chart/interval'
import { niceDomain } from '~/chart/scale'
import { longDay, periodText } from '~/format/date'
import { count, fixed, percent, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { KnownErrorLines } from '~/part/known-error'
import { ExportMenu } from '~/ui/export-menu'
import { Card, classes, Halves } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Adoption } from './adoption'
import { OutcomeQuery, type Kept } from './query'
import css from './view.module.css'

/** Forecast beside outcome, who uses the release, and what is known to be wrong with it. */
export function Outcome({ version }: { version: string }) {
  const { key: product } = useProduct()
  const words = useWords()
  const { result, refresh } = useScreenQuery(OutcomeQuery, { product, release: version })
  useLiveRefresh(['release', 'incident'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={4}>
      {({ release, product: about }) => release && (
        <div className={css.outcome}>
          <Halves>
            <ForecastCard version={version} kept={release.keptForecast} planned={release.lifecycle === 'PLANNED'} calibration={about?.forecastCalibration ?? null} />
            {release.lifecycle !== 'PLANNED' && <Adoption version={version} />}
          </Halves>
          <Card title={capital(words('knownErrors'))} note={release.knownErrors.length > 0 ? `What ${version} is known to have or to fix, by the line of its predecessors.` : undefined}>
            {release.knownErrors.length === 0 && <p className={table.muted}>No {words('knownError')} concerns {version}.</p>}
            <KnownErrorLines errors={release.knownErrors.map(({ knownError }) => knownError)} aside={({ id }) => {
              const found = release.knownErrors.find(({ knownError }) => knownError.id === id)
              if (!found) return null
              return <span className={classes(css.effect, found.effect === 'FIXED' && css.fixes)} title={{ GRAPH: 'By its predecessors', ORDER: 'By the order of releases: no line of predecessors connects them', ASSUMED: 'Assumed: it is unknown which release introduced it' }[found.basis]}>{found.effect === 'FIXED' ? `${version} fixes it` : `${version} has it`}{found.basis === 'ASSUMED' && ', probably'}</span>
            }} />
          </Card>
        </div>
      )}
    </Loaded>
  )
}

const quantile = (kept: Kept, wanted: number) => kept.quantiles.find(({ probability }) => Math.abs(probability - wanted) < 0.001)?.incidents

interface ForecastProps {
  version: string
  kept: Kept | null
  planned: boolean
  calibration: { totalForecasts: number; shareWithinInterval: number | null } | null
}

function ForecastCard({ version, kept, planned, calibration }: ForecastProps) {
  const words = useWords()
  const title = `Forecast and outcome`
  const [lower, median, upper] = [0.05, 0.5, 0.95].map((wanted) => kept && quantile(kept, wanted))
  if (!kept || lower == null || median == null || upper == null) {
    return <Card title={title}><p className={table.muted}>{planned ? `A forecast is kept on the day before it ships, and shown here beside what comes.` : `There was too little history to forecast the ${words('incidents')} of ${version}.`}</p></Card>
  }
  const { actualIncidents: actual } = kept
  const domain = niceDomain([0, upper, actual ?? 0], { floor: 0, margin: 0.1 })
  const expected = `${fixed(lower)} to ${fixed(upper)}`
  return (
    <Card title={title} note={`All ${words('incidents')} of the ${words('product')}, ${periodText(kept.period)}; forecast from the data up to ${longDay(kept.asOf)}.`}
      actions={<ExportMenu title={`${version} forecast and outcome`} figure={() => ({ kind: 'intervals', domain, rows: [
        { label: 'Expected', values: [{ estimate: median, lower, upper, text: `${fixed(median)} (${expected})` }] },
        ...(actual === null ? [] : [{ label: 'Came', values: [{ estimate: actual, lower: null, upper: null, text: count(actual) }] }]),
      ] })} table={() => [['probability', 'incidents'], ...kept.quantiles.map(({ probability, incidents }) => [probability, incidents]), ['actual', actual]]} />}>
      <p className={css.said}>{actual === null
        ? <>Between <b>{expected}</b> {words('incidents')} are expected with 90% probability; these days are not over yet.</>
        : <><b>{plural(actual, words('incident'), words('incidents'))}</b> came, where {expected} were expected: {kept.isWithinInterval ? 'as forecast.' : actual > upper ? <strong className={css.more}>more than forecast.</strong> : 'fewer than forecast.'}</>}</p>
      <div className={css.pair}>
        <span /><IntervalAxis domain={domain} /><span />
        <span>Expected</span>
        <IntervalRow domain={domain} estimate={median} lower={lower} upper={upper} tone="quiet" height={34} label={`Expected ${fixed(median)}, ${expected}`} />
        <b>{fixed(median)} <small>{expected}</small></b>
        {actual !== null && (
          <>
            <span>Came</span>
            <IntervalRow domain={domain} estimate={actual} lower={null} upper={null} tone={actual > upper ? 'regressed' : 'series'} height={34} label={`Came ${count(actual)}`} />
            <b>{count(actual)}</b>
          </>
        )}
      </div>
      {calibration && calibration.totalForecasts > 0 && calibration.shareWithinInterval !== null && (
        <p className={css.footnote}>Of {plural(calibration.totalForecasts, 'forecast')} so far, {percent(calibration.shareWithinInterval)} were within their 90% interval.</p>
      )}
    </Card>
  )
}
