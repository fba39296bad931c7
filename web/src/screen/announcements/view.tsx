import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMutation } from 'urql'
import { useLiveRefresh } from '~/app/live'
import { useScreenQuery } from '~/app/operations'
import { useProduct, useRights } from '~/app/session'
import { away, momentText, spanText } from '~/format/date'
import { count, plural } from '~/format/number'
import { capital, useWords } from '~/format/vocabulary'
import { concerns, KindMark, KINDS, StateMark, STATES } from '~/part/announcement'
import { AnnouncementForm } from '~/part/announcement-form'
import { Preparedness } from '~/part/preparedness'
import { Dialog } from '~/ui/dialog'
import { ExportMenu } from '~/ui/export-menu'
import { Button, ButtonLink, Card, classes, Input, PageHead, Select, Stack, Toolbar } from '~/ui/parts'
import { Empty, Loaded } from '~/ui/states'
import table from '~/ui/table.module.css'
import { AnnouncementsQuery, CreateAnnouncement, type AnnouncementRow } from './query'
import { ANNOUNCEMENT_KINDS, ANNOUNCEMENT_STATES, type AnnouncementsSearch } from './search'
import css from './view.module.css'

const PAGE = 25

export default function Announcements() {
  const { key: product, name } = useProduct()
  const search: AnnouncementsSearch = useSearch({ from: '/p/$product/announcements' })
  const navigate = useNavigate({ from: '/p/$product/announcements' })
  const { announces } = useRights()
  const words = useWords()
  const [first, setFirst] = useState(PAGE)
  const { state, kind, find, entry } = search
  const filter = { state: state && [state], kind: kind && [kind], text: find }
  const { result, refresh } = useScreenQuery(AnnouncementsQuery, { product, filter, first })
  useLiveRefresh(['announcement'], refresh)
  const change = (next: Partial<AnnouncementsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true })
  const filtered = Boolean(state ?? kind ?? find)
  return (
    <>
      <PageHead title={`${capital(words('announcements'))} of ${name}`} lead={`Notice of changes, before ${words('customers')} meet them.`}
        actions={
          <>
            <ButtonLink icon="calendar" link={{ to: '/calendar', search: { product } }}>Calendar</ButtonLink>
            {announces && <Button kind="primary" icon="plus" onClick={() => change({ entry: 'yes' })}>New {words('announcement')}</Button>}
          </>
        } />
      <Stack>
        <Preparedness />
        <div>
          <Toolbar label="Filters">
            <Select label="State" quiet value={state ?? ''} active={Boolean(state)} onChange={(next) => change({ state: next || undefined })}
              choices={[{ value: '', label: 'All states' }, ...ANNOUNCEMENT_STATES.map((value) => ({ value, label: STATES[value] }))]} />
            <Select label="Kind" quiet value={kind ?? ''} active={Boolean(kind)} onChange={(next) => change({ kind: next || undefined })}
              choices={[{ value: '', label: 'All kinds' }, ...ANNOUNCEMENT_KINDS.map((value) => ({ value, label: KINDS[value].label }))]} />
            <form role="search" onSubmit={(event) => { event.preventDefault(); change({ find: String(new FormData(event.currentTarget).get('find') ?? '') || undefined }) }}>
              <Input key={find} type="search" name="find" aria-label="Find in titles and changes" placeholder="Find" defaultValue={find} />
            </form>
          </Toolbar>
        </div>
        <Loaded result={result} retry={refresh} rows={8}>
          {({ product: found }) => found && (
            <Card flush title={plural(found.announcements.totalCount, words('announcement'), words('announcements'))} actions={<ExportMenu title={`${name} ${words('announcements')}`} table={() => csv(found.announcements.nodes)} />}>
              {found.announcements.nodes.length === 0
                ? <div className={table.more}><Empty title={`No ${words('announcements')}`}>{filtered ? 'Nothing matches these filters.' : `Announce the next change, so that support hears of it before ${words('customers')} do.`}</Empty></div>
                : <List announcements={found.announcements.nodes} />}
              {found.announcements.nodes.length < found.announcements.totalCount && <p className={table.more}>{count(found.announcements.nodes.length)} of {count(found.announcements.totalCount)}{first < 200 && <Button small onClick={() => setFirst(Math.min(200, first * 2))}>Show more</Button>}</p>}
            </Card>
          )}
        </Loaded>
      </Stack>
      {entry && announces && <Entry onClose={() => change({ entry: undefined })} />}
    </>
  )
}

function List({ announcements }: { announcements: AnnouncementRow[] }) {
  const words = useWords()
  return (
    <table className={classes(table.table, table.list, css.table)}>
      <thead><tr><th className={css.kind}>Kind</th><th>What is announced</th><th className={css.state}>State</th><th className={css.planned}>Planned</th><th className={css.read}>Acknowledged</th><th className={classes(table.number, css.notified)}>Notified</th></tr></thead>
      <tbody>
        {announcements.map((announcement) => {
          const { id, kind, title, state, edition, planned, product, notifiedCustomers, acknowledgements, awaitingAcknowledgement } = announcement
          const read = acknowledgements.filter((one) => one.edition === edition).length
          return (
            <tr key={id}>
              <td className={css.kind}><KindMark kind={kind} /></td>
              <th scope="row"><Link className={table.main} to="/p/$product/announcements/$announcement" params={{ product: product.key, announcement: id }}>{title}</Link><span className={table.sub}>{concerns(announcement)}</span></th>
              <td className={css.state}><StateMark state={state} /></td>
              <td className={css.planned} title={momentText(planned.from)}>{spanText(planned)}{state === 'PUBLISHED' && <span className={table.sub}>{away(planned.from)}</span>}</td>
              <td className={classes(css.read, state === 'DRAFT' && css.none)}>{state === 'DRAFT' ? '–' : `${count(read)} of ${count(read + awaitingAcknowledgement.length)}`}</td>
              <td className={classes(table.number, css.notified)} title={`${capital(words('customers'))} who were notified`}>{notifiedCustomers > 0 ? count(notifiedCustomers) : <span className={table.muted}>–</span>}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Entry({ onClose }: { onClose: () => void }) {
  const { key: product } = useProduct()
  const navigate = useNavigate()
  const words = useWords()
  const [, create] = useMutation(CreateAnnouncement)
  const made = useRef<string | null>(null)
  return (
    <Dialog title={`New ${words('announcement')}`} onClose={onClose}>
      <AnnouncementForm product={product} label="Save draft" onDone={() => {
        if (made.current) void navigate({ to: '/p/$product/announcements/$announcement', params: { product, announcement: made.current } })
        else onClose()
      }} onSend={async ({ planned, ...announced }) => {
        const { data, error } = await create({ input: { product, ...announced, planned: planned ?? { from: '' } } }, { additionalTypenames: ['Announcement'] })
        made.current = data?.createAnnouncement?.announcement?.id ?? null
        return { error, refusals: data?.createAnnouncement?.userErrors }
      }} />
    </Dialog>
  )
}

function csv(announcements: AnnouncementRow[]) {
  return [
    ['id', 'kind', 'title', 'state', 'edition', 'planned_from', 'planned_until', 'features', 'release', 'notified_customers'],
    ...announcements.map(({ id, kind, title, state, edition, planned, features, release, notifiedCustomers }) => [
      id, kind, title, state, edition, planned.from, planned.until, features.map(({ key }) => key).join(' '), release?.version, notifiedCustomers,
    ]),
  ]
}
