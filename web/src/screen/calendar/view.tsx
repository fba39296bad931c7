import { Link, useNavigate, useSearch, type LinkProps } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { longDay, monthName, spanText, today } from '~/format/date'
import { plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { KindMark, KINDS } from '~/part/announcement'
import { ExportMenu } from '~/ui/export-menu'
import { Icon } from '~/ui/icon'
import { Button, Card, classes, PageHead, Select, Stack, Tag, Toolbar } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import { daysIn, daysOf, moved, weeksOf, type Placed } from './month'
import { CalendarQuery, type CalendarConflict, type CalendarEntry } from './query'
import type { CalendarSearch } from './search'
import css from './view.module.css'

type Dated = CalendarEntry & { first: string; last: string; clashes: boolean }

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Two entries are the same if they are the same thing at the same time: they have no ID of their own. */
const keyOf = ({ product, title, from, until }: { product: { key: string }; title: string; from: string; until: string }) => `${product.key} ${from} ${until} ${title}`

function linkTo({ product, announcement, release }: { product: { key: string }; announcement: { id: string } | null; release: { version: string } | null }): LinkProps {
  if (announcement) return { to: '/p/$product/announcements/$announcement', params: { product: product.key, announcement: announcement.id } }
  if (release) return { to: '/p/$product/releases/$version', params: { product: product.key, version: release.version } }
  return { to: '/p/$product/announcements', params: { product: product.key } }
}

export default function CalendarScreen() {
  const search: CalendarSearch = useSearch({ from: '/calendar' })
  const navigate = useNavigate({ from: '/calendar' })
  const { products } = useSession()
  const words = useWords()
  const zoneOf = (key: string) => products.find((product) => product.key === key)?.timeZone ?? 'UTC'
  const now = today(search.product ? zoneOf(search.product) : 'UTC')
  const month = search.month ?? now.slice(0, 7)
  const period = daysOf(month)
  const { result, refresh } = useScreenQuery(CalendarQuery, { period, product: search.product })
  useLiveRefresh(['announcement', 'release'], refresh)
  const change = (next: CalendarSearch) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false })
  const go = (by: number) => change({ month: moved(month, by) })
  return (
    <>
      <PageHead title="Calendar" lead={`What changes when, and what is in each other’s way.`}
        actions={
          <Toolbar label="Filters">
            {products.length > 1 && <Select label={capital(words('product'))} quiet value={search.product ?? ''} active={Boolean(search.product)} onChange={(product) => change({ product: product || undefined })}
              choices={[{ value: '', label: `All ${words('products')}` }, ...products.map(({ key, name }) => ({ value: key, label: name }))]} />}
            <Button icon="left" aria-label="Month before" onClick={() => go(-1)} />
            <Button disabled={month === now.slice(0, 7)} onClick={() => change({ month: undefined })}>Today</Button>
            <Button icon="right" aria-label="Month after" onClick={() => go(1)} />
          </Toolbar>
        } />
      <Loaded result={result} retry={refresh} rows={12}>
        {({ calendar }) => {
          if (!calendar) return null
          const clashing = new Set(calendar.conflicts.flatMap(({ entries }) => entries.map(keyOf)))
          const entries = calendar.entries.map((entry) => ({ ...entry, ...daysIn(entry, zoneOf(entry.product.key)), clashes: clashing.has(keyOf(entry)) }))
          return (
            <Stack>
              {calendar.conflicts.length > 0 && <Conflicts conflicts={calendar.conflicts} />}
              <Card flush title={monthName(month)} note={`${plural(entries.length, 'change')}${calendar.conflicts.length > 0 ? `, ${plural(calendar.conflicts.length, 'conflict')}` : ''}. Each in the time zone of its ${words('product')}.`}
                actions={<ExportMenu title={`calendar ${month}`} table={() => csv(entries)} />}>
                <Month period={period} month={month} now={now} entries={entries} several={products.length > 1 && !search.product} />
                <Agenda entries={entries} several={products.length > 1 && !search.product} />
              </Card>
            </Stack>
          )
        }}
      </Loaded>
    </>
  )
}

function Conflicts({ conflicts }: { conflicts: CalendarConflict[] }) {
  const words = useWords()
  return (
    <section className={css.conflicts} aria-label="Conflicts">
      <h2><Icon name="warning" />{plural(conflicts.length, 'conflict')}</h2>
      <ul>
        {conflicts.map(({ isInFreeze, features, entries }) => {
          const [one, other] = entries
          if (!one || !other) return null
          return (
            <li key={`${keyOf(one)} ${keyOf(other)}`}>
              <span><Link {...linkTo(one)}>{one.title}</Link> and <Link {...linkTo(other)}>{other.title}</Link></span>
              <small>{isInFreeze ? 'Nothing may be changed during the freeze. ' : ''}Both affect {features.length === 0 ? `the ${words('product')} as a whole` : features.map(({ name }) => name).join(', ')}, from {spanText({ from: one.from > other.from ? one.from : other.from, until: one.until < other.until ? one.until : other.until })}.</small>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

interface MonthProps {
  period: { from: string; until: string }
  month: string
  now: string
  entries: Dated[]
  /** Of several products, so each says its own. */
  several: boolean
}

function Month({ period, month, now, entries, several }: MonthProps) {
  return (
    <div className={css.month}>
      <div className={css.weekdays} aria-hidden="true">{WEEKDAYS.map((day) => <span key={day}>{day}</span>)}</div>
      {weeksOf(period, entries).map(({ days, entries: placed }) => (
        <ol key={days[0]} className={css.week}>
          {days.map((day, index) => (
            <li key={day} className={classes(css.day, day.slice(0, 7) !== month && css.outside, day === now && css.today, index > 4 && css.weekend)} style={{ gridColumn: index + 1 }}>
              <span aria-hidden="true">{Number(day.slice(8))}</span>
              <span className="visually-hidden">{day === now ? `${longDay(day)}, today` : longDay(day)}</span>
            </li>
          ))}
          {placed.map((one) => <Bar key={keyOf(one.entry)} placed={one} several={several} />)}
        </ol>
      ))}
    </div>
  )
}

function Bar({ placed: { entry, column, columns, lane, continued, continues }, several }: { placed: Placed<Dated>; several: boolean }) {
  const { label, icon, look } = KINDS[entry.kind]
  const draft = entry.announcement?.state === 'DRAFT'
  return (
    <li className={css.slot} style={{ gridColumn: `${column + 1} / span ${columns}`, gridRow: lane + 2 }}>
      <Link {...linkTo(entry)} className={classes(css.bar, css[look], continued && css.continued, continues && css.continues, entry.isDone && css.done, draft && css.draft)}
        title={[entry.title, label, spanText(entry), entry.features.map(({ name }) => name).join(', '), entry.clashes && 'in conflict'].filter(Boolean).join(' · ')}>
        <Icon name={entry.clashes ? 'warning' : icon} size={12} />
        <span>{several && `${entry.product.name}: `}{entry.title}</span>
        <span className="visually-hidden">, {label}{entry.clashes && ', in conflict'}{draft && ', draft'}</span>
      </Link>
    </li>
  )
}

/** The same as a list, where there is no room for a month. */
function Agenda({ entries, several }: { entries: Dated[]; several: boolean }) {
  const days = [...new Set(entries.map(({ first }) => first))].toSorted()
  if (days.length === 0) return <div className={css.agenda}><Empty title="Nothing changes">Nothing is planned, announced or deployed in these days.</Empty></div>
  return (
    <ol className={css.agenda}>
      {days.map((day) => (
        <li key={day}>
          <h3>{longDay(day)}</h3>
          <ul>
            {entries.filter(({ first }) => first === day).map((entry) => (
              <li key={keyOf(entry)}>
                <KindMark kind={entry.kind} />
                <span><Link {...linkTo(entry)}>{several && `${entry.product.name}: `}{entry.title}</Link><small>{spanText(entry)}</small></span>
                {entry.clashes && <Tag>conflict</Tag>}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}

function csv(entries: Dated[]) {
  return [
    ['kind', 'title', 'product', 'from', 'until', 'features', 'release', 'done', 'conflict'],
    ...entries.map(({ kind, title, product, from, until, features, release, isDone, clashes }) => [
      kind, title, product.key, from, until, features.map(({ key }) => key).join(' '), release?.version, String(isDone), String(clashes),
    ]),
  ]
}
