import { Link, type LinkProps } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import type { Enum } from '~/api/graphql'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { ago, momentText, spanText } from '~/format/date'
import { count, plural } from '~/format/number'
import { useWords, type Words } from '~/format/vocabulary'
import { Icon, type IconName } from '~/ui/icon'
import { Button, Card, classes, Segmented } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { MarkRead, NotificationsQuery, type NotificationRow } from './query'
import css from './view.module.css'

const PAGE = 20

const KINDS: Record<Enum<'NotificationKind'>, { icon: IconName; look: string; text: (words: Words) => string }> = {
  ANNOUNCEMENT_PUBLISHED: { icon: 'announcement', look: 'announced', text: (words) => `New ${words('announcement')}` },
  ANNOUNCEMENT_RESCHEDULED: { icon: 'calendar', look: 'moved', text: () => 'Rescheduled' },
  ANNOUNCEMENT_CANCELLED: { icon: 'close', look: 'quiet', text: () => 'Canceled' },
  INCIDENT_OPENED: { icon: 'incident', look: 'incident', text: (words) => `${words('incidents')} of your team` },
  RELEASE_INCIDENT: { icon: 'incident', look: 'incident', text: (words) => `${words('incident')} of a ${words('release').toLowerCase()} that you watch` },
  FEATURE_WORSE: { icon: 'fall', look: 'incident', text: (words) => `Made worse by a ${words('release').toLowerCase()}` },
  FEATURE_BETTER: { icon: 'up', look: 'better', text: (words) => `Improved by a ${words('release').toLowerCase()}` },
  WATCH_CONCLUDED: { icon: 'eye', look: 'announced', text: () => 'Watch ended' },
  FIX_HELPED: { icon: 'check', look: 'better', text: () => 'Customers say the fix helped' },
  FIX_FAILED: { icon: 'wrench', look: 'incident', text: () => 'Customers say the fix did not help' },
}

interface Props {
  all: boolean
  onAll: (all: boolean) => void
}

/** What the reader should know, the last first. */
export function Notifications({ all, onAll }: Props) {
  const [first, setFirst] = useState(PAGE)
  const { result, refresh } = useScreenQuery(NotificationsQuery, { filter: all ? {} : { unread: true }, first })
  useLiveRefresh(['notification'], refresh)
  const [{ fetching }, mark] = useMutation(MarkRead)
  const [refusal, setRefusal] = useState<string | null>(null)

  async function read(notifications?: string[]) {
    const { data, error } = await mark({ input: { notifications } }, { additionalTypenames: ['Notification'] })
    setRefusal(error ? problemOf(error).message : (data?.markNotificationsRead?.userErrors[0]?.message ?? null))
  }

  const unread = result.data?.viewer?.unreadNotifications ?? 0
  return (
    <Card flush title="Notifications" note={unread > 0 ? `${count(unread)} unread` : 'All read'}
      actions={
        <>
          <Segmented label="Which" value={all ? 'all' : 'unread'} choices={[{ value: 'unread', label: 'Unread' }, { value: 'all', label: 'All' }]} onChange={(next) => onAll(next === 'all')} />
          {unread > 0 && <Button small icon="check" disabled={fetching} onClick={() => void read()}>Mark all as read</Button>}
        </>
      }>
      {refusal && <p role="alert" className={classes(table.more, css.refusal)}>{refusal}</p>}
      <Loaded result={result} retry={refresh} rows={5}>
        {({ viewer }) => viewer && (
          <>
            {viewer.notifications.nodes.length === 0 && <div className={table.more}><Empty title="Nothing new">What concerns you appears here as it happens.</Empty></div>}
            <ul className={css.notifications} aria-label="Notifications">
              {viewer.notifications.nodes.map((one) => <Line key={one.id} notification={one} onRead={() => void read([one.id])} />)}
            </ul>
            {viewer.notifications.nodes.length < viewer.notifications.totalCount && <p className={table.more}>{count(viewer.notifications.nodes.length)} of {count(viewer.notifications.totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>}
          </>
        )}
      </Loaded>
    </Card>
  )
}

function Line({ notification, onRead }: { notification: NotificationRow; onRead: () => void }) {
  const words = useWords()
  const { kind, occurrences, updatedAt, readAt, subject } = notification
  const { icon, look, text } = KINDS[kind]
  const found = describe(subject)
  const title = found?.title ?? 'It is no longer there'
  return (
    <li className={classes(css.notification, !readAt && css.unread)}>
      <span className={classes(css.sign, css[look])}><Icon name={icon} size={14} /></span>
      <span>
        <span className={css.what}>{text(words)}{occurrences > 1 && ` (${plural(occurrences, 'time')})`}</span>
        {found ? <Link {...found.link} className={css.subject} onClick={() => { if (!readAt) onRead() }}>{title}</Link> : <span className={table.muted}>{title}</span>}
        {found && <small>{found.detail}</small>}
      </span>
      <time dateTime={updatedAt} title={momentText(updatedAt)}>{ago(updatedAt)}</time>
      {readAt ? <span /> : <Button kind="ghost" small icon="check" aria-label={`Mark as read: ${title}`} title="Mark as read" onClick={onRead} />}
    </li>
  )
}

function describe(subject: NotificationRow['subject']): { title: string; detail: string; link: LinkProps } | null {
  if (subject?.__typename === 'Announcement')
    return { title: subject.title, detail: [subject.product.name, spanText(subject.planned)].join(' · '), link: { to: '/p/$product/announcements/$announcement', params: { product: subject.product.key, announcement: subject.id } } }
  if (subject?.__typename === 'Incident')
    return { title: subject.title, detail: [subject.features.map(({ name }) => name).join(', ') || subject.product.name, `severity ${subject.severity}`, subject.status.toLowerCase()].join(' · '), link: { to: '/p/$product/incidents/$incident', params: { product: subject.product.key, incident: subject.id } } }
  if (subject?.__typename === 'Feature')
    return { title: subject.name, detail: subject.product.name, link: { to: '/p/$product/features/$feature', params: { product: subject.product.key, feature: subject.key } } }
  if (subject?.__typename === 'Release')
    return { title: subject.version, detail: subject.product.name, link: { to: '/p/$product/releases/$version', params: { product: subject.product.key, version: subject.version } } }
  if (subject?.__typename === 'KnownError')
    return { title: subject.title, detail: [subject.features.map(({ name }) => name).join(', ') || subject.product.name, subject.errorState.toLowerCase().replaceAll('_', ' ')].join(' · '), link: { to: '/p/$product/known-errors/$error', params: { product: subject.product.key, error: subject.id } } }
  return null
}
