import { Link, useParams } from '@tanstack/react-router'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useRights, useSession } from '~/app/session'
import { away, momentText, spanText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { Acknowledge, KindMark, StateMark } from '~/part/announcement'
import { Card, classes, Halves, PageHead, Stack } from '~/ui/parts'
import { Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { Customers, Segments } from './customers'
import { Moves } from './moves'
import { AnnouncementQuery, type AnnouncementData } from './query'
import css from './view.module.css'

export default function Announcement() {
  const { product, announcement: id } = useParams({ from: '/p/$product/announcements/$announcement' })
  const { seesCustomers } = useRights()
  const words = useWords()
  const { result, refresh } = useScreenQuery(AnnouncementQuery, { announcement: id })
  useLiveRefresh(['announcement'], refresh)
  return (
    <Loaded page result={result} retry={refresh} rows={10}>
      {({ announcement }) => announcement && (
        <>
          <PageHead title={announcement.title} lead={<Lead announcement={announcement} />}
            crumb={{ label: `All ${words('announcements')}`, link: { to: '/p/$product/announcements', params: { product } } }}
            actions={<Moves announcement={announcement} />} />
          <Stack>
            <Asked announcement={announcement} />
            <Halves>
              <Notice announcement={announcement} />
              <Support announcement={announcement} />
            </Halves>
            <Halves>
              <Segments announcement={announcement} />
              <Readers announcement={announcement} />
            </Halves>
            {seesCustomers && <Customers announcement={announcement} />}
            <History announcement={announcement} />
          </Stack>
        </>
      )}
    </Loaded>
  )
}

function Lead({ announcement: { kind, state, planned, product, features, release } }: { announcement: AnnouncementData }) {
  const words = useWords()
  return (
    <span className={css.lead}>
      <KindMark kind={kind} /> <StateMark state={state} />
      <span title={momentText(planned.from)}>{spanText(planned)}{state === 'PUBLISHED' && ` (${away(planned.from)})`}</span>
      {release && <Link to="/p/$product/releases/$version" params={{ product: product.key, version: release.version }}>{capital(words('release'))} {release.version}</Link>}
      <span>{features.length === 0 ? `${product.name} as a whole` : features.map(({ key, name }, index) => <span key={key}>{index > 0 && ', '}<Link to="/p/$product/features/$feature" params={{ product: product.key, feature: key }}>{name}</Link></span>)}</span>
    </span>
  )
}

/** Whether the reader has to acknowledge it. */
function Asked({ announcement: { id, title, state, edition, acknowledgements } }: { announcement: AnnouncementData }) {
  const { viewer } = useSession()
  const { acknowledges } = useRights()
  const own = acknowledgements.find((one) => one.edition === edition && one.member.id === viewer.member?.id)
  if (!acknowledges || state !== 'PUBLISHED' || own) return null
  return (
    <section className={css.asked} aria-label="Your acknowledgement">
      <p><b>Have you read this?</b> {edition > 1 ? `It was changed: this is edition ${edition}.` : 'Whoever announced it wants to know that support is prepared.'}</p>
      <Acknowledge announcement={id} title={title} />
    </section>
  )
}

const Told = ({ term, text, none }: { term: string; text: string | null; none?: string }) => (
  <div><dt>{term}</dt><dd dir="auto" className={text ? undefined : table.muted}>{text ?? none ?? 'Not given.'}</dd></div>
)

function Notice({ announcement: { kind, state, changes, workaround } }: { announcement: AnnouncementData }) {
  const words = useWords()
  return (
    <Card title={`What ${words('customers')} will notice`}>
      <dl className={css.texts}>
        <Told term="Changes" text={changes} none={state === 'DRAFT' && kind !== 'FREEZE' ? 'Not given. It cannot be published without.' : undefined} />
        <Told term={`What ${words('customers')} can do meanwhile`} text={workaround} />
      </dl>
    </Card>
  )
}

function Support({ announcement: { talkingPoints, rollback, contactMember, contactTeam } }: { announcement: AnnouncementData }) {
  const call = [contactMember?.name, contactTeam?.name].filter(Boolean).join(', ')
  return (
    <Card title="For support only">
      <dl className={css.texts}>
        <Told term="What you can say" text={talkingPoints} />
        <Told term="Whom to call" text={call || null} />
        <Told term="How it can be undone" text={rollback} />
      </dl>
    </Card>
  )
}

function Readers({ announcement: { state, edition, acknowledgements, awaitingAcknowledgement } }: { announcement: AnnouncementData }) {
  const current = acknowledgements.filter((one) => one.edition === edition)
  const earlier = acknowledgements.length - current.length
  const all = current.length + awaitingAcknowledgement.length
  return (
    <Card title="Acknowledged by" note={state === 'DRAFT' ? 'Nobody has been asked yet.' : all === 0 ? 'There are no members of support.' : `${count(current.length)} of ${count(all)} of support${edition > 1 ? `, edition ${edition}` : ''}${earlier > 0 ? `; ${count(earlier)} of earlier editions` : ''}.`}>
      {all > 0 && state !== 'DRAFT' && <span className={css.track} role="img" aria-label={`${current.length} of ${all}`}><i style={{ width: `${(current.length / all) * 100}%` }} /></span>}
      <ul className={css.readers}>
        {current.map(({ member, acknowledgedAt, note }) => (
          <li key={member.id} className={css.hasRead}><span>{member.name}{note && <small dir="auto">“{note}”</small>}</span><time dateTime={acknowledgedAt}>{momentText(acknowledgedAt)}</time></li>
        ))}
        {state !== 'DRAFT' && awaitingAcknowledgement.map(({ id, name }) => <li key={id}><span>{name}</span><span>{state === 'PUBLISHED' ? 'not yet' : 'did not'}</span></li>)}
      </ul>
    </Card>
  )
}

const MOVES = { PUBLISHED: 'Published', RESCHEDULED: 'Rescheduled', CONCLUDED: 'Concluded', CANCELLED: 'Canceled' } as const

function History({ announcement: { createdAt, createdBy, source, externalId, moves, audiences, notifiedCustomers } }: { announcement: AnnouncementData }) {
  const words = useWords()
  const roles = audiences.map((role) => (role === 'CUSTOMER' ? `affected ${words('customers')}` : role.toLowerCase())).join(', ')
  return (
    <Card title="History" note={`For ${roles}${notifiedCustomers > 0 ? `. ${plural(notifiedCustomers, `${words('customer')} was`, `${words('customers')} were`)} notified` : ''}.`}>
      <ol className={css.moves}>
        <li><b>Drafted</b><span>{momentText(createdAt)}{createdBy && ` by ${createdBy.name}`}{externalId && `, ${externalId} in ${source}`}</span></li>
        {moves.map(({ kind, edition, movedAt, movedBy, planned, reason }) => (
          <li key={movedAt}>
            <b>{MOVES[kind]}</b>
            <span>{momentText(movedAt)}{movedBy && ` by ${movedBy.name}`}{kind === 'RESCHEDULED' && ` to ${spanText(planned)}`}{kind !== 'CONCLUDED' && `, edition ${edition}`}{reason && <small dir="auto" className={classes(css.reason)}>{reason}</small>}</span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
