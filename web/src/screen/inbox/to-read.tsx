import { Link } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { away, isAhead, momentText, spanText } from '~/format/date'
import { plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Acknowledge, AnnouncementLines, concerns, KindMark, useAwaits } from '~/part/announcement'
import { ButtonLink, Card } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { ToReadQuery, type ToRead } from './query'
import css from './view.module.css'

const LISTED = 8

/** What was announced and the reader has yet to acknowledge; below it, what else is coming. */
export function ToReadCards() {
  const words = useWords()
  const awaits = useAwaits()
  const { result, refresh } = useScreenQuery(ToReadQuery, {})
  useLiveRefresh(['announcement'], refresh)
  return (
    <Loaded result={result} retry={refresh} rows={4}>
      {({ announcements }) => {
        const waiting = announcements?.nodes.filter(awaits) ?? []
        // What is over and was not concluded is found among the announcements of its product.
        const others = announcements?.nodes.filter((one) => !awaits(one) && isAhead(one.planned.until ?? one.planned.from)) ?? []
        return (
          <div className={css.cards}>
            {waiting.length > 0 && (
              <Card flush title="To read and acknowledge" note={`${plural(waiting.length, words('announcement'), words('announcements'))} that support should know before ${words('customers')} ask.`}>
                <ul className={css.waiting} aria-label="To acknowledge">{waiting.map((one) => <Waiting key={one.id} announcement={one} />)}</ul>
              </Card>
            )}
            <Card title={waiting.length > 0 ? `Other ${words('announcements')} to come` : `${capital(words('announcements'))} to come`} actions={<ButtonLink small icon="calendar" link={{ to: '/calendar' }}>Calendar</ButtonLink>}>
              {others.length === 0 && <p className={table.muted}>{waiting.length > 0 ? 'No others.' : 'Nothing that is to come is announced.'}</p>}
              <AnnouncementLines announcements={others.slice(0, LISTED)} />
              {others.length > LISTED && <p className={css.rest}>{plural(others.length - LISTED, 'more', 'more')} in the <Link to="/calendar">calendar</Link>.</p>}
            </Card>
          </div>
        )
      }}
    </Loaded>
  )
}

function Waiting({ announcement }: { announcement: ToRead }) {
  const { id, kind, title, edition, planned, product, changes, talkingPoints, workaround, contactMember, contactTeam } = announcement
  const call = [contactMember?.name, contactTeam?.name].filter(Boolean).join(', ')
  return (
    <li className={css.announcement}>
      <p className={css.head}><KindMark kind={kind} /><Link className={css.title} to="/p/$product/announcements/$announcement" params={{ product: product.key, announcement: id }}>{title}</Link></p>
      <p className={css.meta}><span title={momentText(planned.from)}>{spanText(planned)}, {away(planned.from)}</span> · {product.name}{concerns(announcement) !== `${product.name} as a whole` && `: ${concerns(announcement)}`}{edition > 1 && ` · changed, edition ${edition}`}</p>
      {changes && <p className={css.text} dir="auto">{changes}</p>}
      <dl className={css.facts}>
        {talkingPoints && <div><dt>You can say</dt><dd dir="auto">{talkingPoints}</dd></div>}
        {workaround && <div><dt>Meanwhile</dt><dd dir="auto">{workaround}</dd></div>}
        {call && <div><dt>Call</dt><dd>{call}</dd></div>}
      </dl>
      <Acknowledge announcement={id} title={title} />
    </li>
  )
}
