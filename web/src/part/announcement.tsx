import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useSession } from '~/app/session'
import { away, isAhead, momentText, spanText } from '~/format/date'
import { useSaid } from '~/format/vocabulary'
import { Icon, type IconName } from '~/ui/icon'
import { Button, classes, Input } from '~/ui/parts'
import css from './announcement.module.css'
import { AcknowledgeAnnouncement, type AnnouncementKind, type AnnouncementLineData, type AnnouncementState } from './announcement.query'

export const KINDS: Record<AnnouncementKind, { label: string; icon: IconName; look: string }> = {
  RELEASE: { label: 'Release', icon: 'release', look: 'release' },
  DEPLOYMENT: { label: 'Deployment', icon: 'upload', look: 'deployment' },
  MAINTENANCE: { label: 'Maintenance', icon: 'wrench', look: 'maintenance' },
  FREEZE: { label: 'Freeze', icon: 'lock', look: 'freeze' },
}

export const STATES: Record<AnnouncementState, string> = {
  DRAFT: 'Draft', PUBLISHED: 'Published', CONCLUDED: 'Concluded', CANCELLED: 'Canceled',
}

export function KindMark({ kind }: { kind: AnnouncementKind }) {
  const say = useSaid()
  const { label, icon, look } = KINDS[kind]
  return <span className={classes(css.kind, css[look])}><Icon name={icon} size={12} />{say(label)}</span>
}

export function StateMark({ state }: { state: AnnouncementState }) {
  return <span className={classes(css.state, css[state.toLowerCase()])}>{STATES[state]}</span>
}

/** What it concerns: its features, else the product as a whole. */
export function concerns({ features, product }: Pick<AnnouncementLineData, 'features' | 'product'>): string {
  return features.length > 0 ? features.map(({ name }) => name).join(', ') : `${product.name} as a whole`
}

/** Announcements below one another, each in two lines. */
export function AnnouncementLines({ announcements }: { announcements: AnnouncementLineData[] }) {
  return (
    <ul className={css.lines}>
      {announcements.map(({ id, kind, title, state, planned, product, features }) => (
        <li key={id}>
          <KindMark kind={kind} />
          <span>
            <Link className={css.title} to="/p/$product/announcements/$announcement" params={{ product: product.key, announcement: id }}>{title}</Link>
            <small>{concerns({ features, product })} · <span title={momentText(planned.from)}>{spanText(planned)}</span></small>
          </span>
          {state === 'PUBLISHED' && isAhead(planned.from) ? <span className={css.away}>{away(planned.from)}</span> : <StateMark state={state} />}
        </li>
      ))}
    </ul>
  )
}

/** Says that the reader has read the current edition, with a remark if there is one. */
export function Acknowledge({ announcement, title, onDone }: { announcement: string; title: string; onDone?: () => void }) {
  const [{ fetching }, execute] = useMutation(AcknowledgeAnnouncement)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [note, setNote] = useState('')
  async function acknowledge() {
    const { data, error } = await execute({ input: { announcement, note: note.trim() || undefined } }, { additionalTypenames: ['Announcement', 'Notification'] })
    const message = error ? problemOf(error).message : (data?.acknowledgeAnnouncement?.userErrors[0]?.message ?? null)
    setRefusal(message)
    if (!message) onDone?.()
  }
  return (
    <form className={css.acknowledge} onSubmit={(event) => { event.preventDefault(); void acknowledge() }}>
      <Input aria-label={`Remark on ${title}`} placeholder="Remark (optional)" value={note} onChange={(event) => setNote(event.target.value)} />
      <Button type="submit" kind="primary" icon="check" disabled={fetching} aria-label={`Acknowledge ${title}`}>Acknowledge</Button>
      {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
    </form>
  )
}

/** Whether the reader has yet to acknowledge it: published, and not read in its current edition. */
export function useAwaits() {
  const { viewer } = useSession()
  return ({ state, awaitingAcknowledgement }: { state: AnnouncementState; awaitingAcknowledgement: { id: string }[] }) =>
    state === 'PUBLISHED' && awaitingAcknowledgement.some(({ id }) => id === viewer.member?.id)
}
