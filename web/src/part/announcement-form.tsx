import { useState } from 'react'
import type { CombinedError } from 'urql'
import { useScreenQuery } from '~/app/operations'
import { useSession } from '~/app/session'
import { fieldOf, momentOf } from '~/format/date'
import { capital, useWords } from '~/format/vocabulary'
import { KINDS } from '~/part/announcement'
import { Checks, Form, Row, textIn, type Refusal } from '~/ui/form'
import { Input, Labeled } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import { Loaded } from '~/ui/states'
import { AnnounceableQuery } from './announcement-form.query'
import type { AnnouncementKind } from './announcement.query'

const AUDIENCES = [
  ['SUPPORT', 'Support'], ['CUSTOMER', 'Affected customers'], ['OPERATIONS', 'Operations'], ['DEVELOPMENT', 'Development'],
  ['PRODUCT', 'Product'], ['SECURITY', 'Security'], ['BUSINESS', 'Business'], ['ADMINISTRATOR', 'Administrators'],
] as const
export type Audience = (typeof AUDIENCES)[number][0]

/** What the form is filled with, and what it says: texts are null where there is none. */
export interface Announced {
  kind: AnnouncementKind
  title: string
  planned: { from: string; until: string | null } | null
  release: string | null
  features: string[]
  audiences: Audience[]
  changes: string | null
  talkingPoints: string | null
  workaround: string | null
  rollback: string | null
  contactMember: string | null
  contactTeam: string | null
}

interface Props {
  product: string
  label: string
  given?: Announced
  /** Its time is changed by rescheduling it. */
  published?: boolean
  onSend: (announced: Announced) => Promise<{ error?: CombinedError; refusals?: Refusal[] | null }>
  onDone: () => void
}

export function AnnouncementForm({ product, label, given, published, onSend, onDone }: Props) {
  const { teams } = useSession()
  const words = useWords()
  const [kind, setKind] = useState<AnnouncementKind>(given?.kind ?? 'RELEASE')
  const { result, refresh } = useScreenQuery(AnnounceableQuery, { product }, { hidden: true })
  const lasts = kind === 'MAINTENANCE' || kind === 'FREEZE'

  function read(fields: FormData): Announced {
    const text = (name: string) => textIn(fields, name) ?? null
    const from = textIn(fields, 'from')
    const until = textIn(fields, 'until')
    return {
      kind,
      title: textIn(fields, 'title') ?? '',
      planned: from ? { from: momentOf(from), until: until ? momentOf(until) : null } : null,
      release: lasts ? null : text('release'),
      features: fields.getAll('features').map(String),
      audiences: fields.getAll('audiences').map(String) as Audience[],
      changes: text('changes'), talkingPoints: text('talkingPoints'), workaround: text('workaround'), rollback: text('rollback'),
      contactMember: text('contactMember'), contactTeam: text('contactTeam'),
    }
  }

  return (
    <Loaded result={result} retry={refresh}>
      {({ product: found, members }) => found && (
        <Form label={label} onSend={(fields) => onSend(read(fields))} onDone={onDone}>
          <Labeled label="What is announced"><Input name="title" required autoFocus defaultValue={given?.title} placeholder="New search for everyone" /></Labeled>
          <Row>
            {!given && (
              <Labeled label="Kind">
                <select className={parts.input} name="kind" value={kind} onChange={(event) => setKind(event.target.value as AnnouncementKind)}>
                  {Object.entries(KINDS).map(([value, { label: name }]) => <option key={value} value={value}>{name}</option>)}
                </select>
              </Labeled>
            )}
            {!lasts && (
              <Labeled label={capital(words('release'))}>
                <select className={parts.input} name="release" required={kind === 'RELEASE'} defaultValue={given?.release ?? ''}>
                  <option value="">{kind === 'RELEASE' ? 'Choose…' : 'none'}</option>
                  {found.releases.nodes.map(({ id, version, title, lifecycle }) => <option key={id} value={version}>{[version, title, lifecycle === 'PLANNED' && 'planned'].filter(Boolean).join(' · ')}</option>)}
                </select>
              </Labeled>
            )}
          </Row>
          {!published && (
            <Row>
              <Labeled label="Planned from" hint="In your time zone."><Input name="from" type="datetime-local" required defaultValue={fieldOf(given?.planned?.from)} /></Labeled>
              <Labeled label="until" hint={lasts ? undefined : 'Optional.'}><Input name="until" type="datetime-local" required={lasts} defaultValue={fieldOf(given?.planned?.until)} /></Labeled>
            </Row>
          )}
          <Labeled label={`What ${words('customers')} will notice`} hint={kind === 'FREEZE' ? 'Optional.' : 'Needed to publish it.'}><textarea className={parts.input} name="changes" rows={2} defaultValue={given?.changes ?? ''} /></Labeled>
          <Labeled label="What support can say"><textarea className={parts.input} name="talkingPoints" rows={2} defaultValue={given?.talkingPoints ?? ''} /></Labeled>
          <Row>
            <Labeled label={`What ${words('customers')} can do meanwhile`}><textarea className={parts.input} name="workaround" rows={2} defaultValue={given?.workaround ?? ''} /></Labeled>
            <Labeled label="How to undo it"><textarea className={parts.input} name="rollback" rows={2} defaultValue={given?.rollback ?? ''} /></Labeled>
          </Row>
          <Checks legend={`Affected ${words('features')}; none: those of the ${words('release')}, or the ${words('product')} as a whole`} name="features" chosen={given?.features}
            choices={found.features.nodes.map(({ key, name }) => ({ value: key, label: name }))} />
          <Checks legend="Who is notified" name="audiences" chosen={given?.audiences ?? ['SUPPORT']} choices={AUDIENCES.map(([value, name]) => ({ value, label: name }))} />
          <Row>
            <Labeled label="Whom to call">
              <select className={parts.input} name="contactMember" defaultValue={given?.contactMember ?? ''}><option value="">no one</option>{members?.nodes.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select>
            </Labeled>
            <Labeled label={capital(words('team'))}>
              <select className={parts.input} name="contactTeam" defaultValue={given?.contactTeam ?? ''}><option value="">none</option>{teams.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select>
            </Labeled>
          </Row>
        </Form>
      )}
    </Loaded>
  )
}
