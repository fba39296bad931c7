import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights, useSession } from '~/app/session'
import { difference } from '~/format/change'
import { before, longDay, periodText, shortDay, today, type Days } from '~/format/date'
import { count, plural, plusMinus, probability, range, score, shortCount } from '~/format/number'
import { periodOf } from '~/format/period'
import { capital, useWords } from '~/format/vocabulary'
import { ButtonLink, Halves, PageHead, Select, Stack, Stat, Stats, Toolbar } from '~/ui/parts'
import { PeriodFilter } from '~/ui/period-filter'
import { Empty, Loaded } from '~/ui/states'
import { Change } from '~/ui/verdict'
import { Explanation, Figures, Ratings } from './explanation'
import { FeatureQuery, type FeatureData } from './query'
import { FeatureResponses } from './responses'
import type { FeatureSearch } from './search'
import { Trend } from './trend'
import { FeatureWords } from './words'
import css from './view.module.css'

export default function Feature() {
  const product = useProduct()
  const { feature: key } = useParams({ from: '/p/$product/features/$feature' })
  const search: FeatureSearch = useSearch({ from: '/p/$product/features/$feature' })
  const navigate = useNavigate({ from: '/p/$product/features/$feature' })
  const { segments } = useSession()
  const { seesCustomers } = useRights()
  const words = useWords()
  const period = periodOf(search, today(product.timeZone))
  const { release, segment } = search
  const { result, refresh } = useScreenQuery(FeatureQuery, { product: product.key, feature: key, period, before: before(period), release, segment })
  useLiveRefresh(['feedback', 'incident'], refresh)
  const change = (next: Partial<FeatureSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false })

  return (
    <Loaded page result={result} retry={refresh} rows={12}>
      {({ feature, product: about }) => {
        if (!feature || !about) return null
        const rank = about.valueReport.entries.find((entry) => entry.feature?.key === feature.key)?.rank ?? null
        const ranked = about.valueReport.entries.filter((entry) => entry.rank !== null).length
        const { days, from, until } = search
        return (
          <>
            <PageHead title={feature.name} lead={<Lead feature={feature} />}
              crumb={{ label: `All ${words('features')}`, link: { to: '/p/$product/value', params: { product: product.key }, search: { days, from, until, segment, release } } }}
              actions={seesCustomers && <ButtonLink link={{ to: '/p/$product/incidents', params: { product: product.key }, search: { feature: key } }} icon="incident">{capital(words('incidents'))}</ButtonLink>} />
            <div className={css.filters}>
              <Toolbar label="Filters">
                <PeriodFilter search={search} period={period} onChange={(next) => change({ days: next.days, from: next.from, until: next.until, zoomFrom: undefined, zoomUntil: undefined })} />
                <Select label={capital(words('release'))} quiet value={release ?? ''} active={Boolean(release)} onChange={(next) => change({ release: next || undefined })}
                  choices={[{ value: '', label: `All ${words('releases')}` }, ...about.releases.nodes.map(({ version }) => ({ value: version, label: `${capital(words('release'))} ${version}` }))]} />
                <Select label={capital(words('segment'))} quiet value={segment ?? ''} active={Boolean(segment)} onChange={(next) => change({ segment: next || undefined })}
                  choices={[{ value: '', label: `All ${words('segments')}` }, ...segments.map((one) => ({ value: one.key, label: one.name }))]} />
              </Toolbar>
            </div>
            <Stack>
              <Numbers feature={feature} rank={rank} ranked={ranked} period={period} />
              <Trend feature={key} name={feature.name} others={about.features.nodes.filter((other) => other.key !== key)} period={period} search={search} onChange={change} />
              <Halves>
                {feature.value && <Explanation name={feature.name} value={feature.value} />}
                <Ratings feature={feature} scale={search.scale} onScale={(scale) => change({ scale })} />
              </Halves>
              <Figures feature={feature} />
              <FeatureWords feature={key} name={feature.name} period={period} search={search} onChange={change} />
              {seesCustomers && <FeatureResponses feature={key} name={feature.name} period={period} search={search} onChange={change} />}
            </Stack>
          </>
        )
      }}
    </Loaded>
  )
}

/** When the experience most likely changed, and what is suspected; else whose feature it is. */
function Lead({ feature }: { feature: FeatureData }) {
  const words = useWords()
  const { changePoint, team, description } = feature
  const suspect = changePoint?.suspects[0]
  return (
    <>
      {[team && `${capital(words('team'))} ${team.name}`, feature.lifecycle === 'LIVE' ? null : feature.lifecycle.toLowerCase(), description].filter(Boolean).join(' · ')}
      {changePoint?.detected && (
        <span className={css.changed}>
          Ratings changed, most likely on {longDay(changePoint.day)}
          {changePoint.earliest !== changePoint.latest && <> (between {shortDay(changePoint.earliest)} and {shortDay(changePoint.latest)})</>}
          {suspect && <>; suspected {words('release')}: {suspect.release.version} ({probability(suspect.probability)})</>}.
        </span>
      )}
    </>
  )
}

function Numbers({ feature, rank, ranked, period }: { feature: FeatureData; rank: number | null; ranked: number; period: Days }) {
  const words = useWords()
  const { value, before: earlier, alerts } = feature
  if (!value) return <Empty title={`No ${words('value')} yet`}>It appears with the first {words('responses')}.</Empty>
  const change = earlier?.ranked && value.ranked ? difference(value, earlier) : null
  return (
    <Stats>
      <Stat label={capital(words('value'))} value={score(value.score, value)} unit={plusMinus(value)} note={`${range(value)} with 90% probability`} />
      <Stat label="Rank" value={rank ?? '–'} unit={rank ? `of ${ranked}` : undefined} note={rank ? periodText(period) : `Too few ${words('responses')} to rank`} />
      <Stat label="Against the previous period" value={change ? <Change {...change} /> : '–'} note={change ? (change.clear ? range(change) : `Within chance (${range(change)})`) : `Too few ${words('responses')} then`} />
      <Stat label="Reach" value={value.exposureDays > 0 ? shortCount(value.customerDays / value.exposureDays) : '–'} unit={value.exposureDays > 0 ? `${words('customers')} per day` : 'unknown'} note={plural(value.responses, words('response'), words('responses'))} />
      {alerts.length > 0 && <Stat label={`Bursts of ${words('incidents')}`} value={count(alerts.length)} note={alerts.slice(0, 1).map((alert) => `${alert.incidents} where ${alert.expected.toFixed(1)} are usual, since ${shortDay(alert.period.from)}`)} />}
    </Stats>
  )
}
