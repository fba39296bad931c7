import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useRights, useSession } from '~/app/session'
import { useSaid } from '~/format/vocabulary'
import { PageHead, Segmented, Toolbar } from '~/ui/parts'
import { Empty } from '~/ui/states'
import { Imports } from './imports'
import { Scales, Segments, Teams } from './lists'
import { Members } from './members'
import { Schedules } from './schedules'
import type { Section } from './sections'
import { Tokens } from './tokens'
import { Webhooks } from './webhooks'
import { Widget } from './widget'
import css from './view.module.css'

const VIEWS: Record<Section, { label: string; view: () => React.ReactNode; administrators?: boolean }> = {
  members: { label: 'Members', view: Members },
  teams: { label: 'Teams', view: Teams },
  tokens: { label: 'Tokens', view: Tokens, administrators: true },
  segments: { label: 'Segments', view: Segments },
  scales: { label: 'Scales', view: Scales },
  schedules: { label: 'Schedules', view: Schedules },
  webhooks: { label: 'Webhooks', view: Webhooks, administrators: true },
  imports: { label: 'Imports', view: Imports },
  widget: { label: 'Widget', view: Widget },
}

export default function Settings() {
  const { section = 'members' } = useSearch({ from: '/settings' })
  const navigate = useNavigate({ from: '/settings' })
  const { organization } = useSession()
  const say = useSaid()
  const { manages, administers } = useRights()
  const open = (Object.keys(VIEWS) as Section[]).filter((one) => administers || !VIEWS[one].administrators)
  const View = VIEWS[section].view
  const sections = useRef<HTMLDivElement>(null)
  // On a telephone the chosen section may be out of sight. Newer browsers return a promise, which is no cleanup.
  useEffect(() => { sections.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ inline: 'center', block: 'nearest' }) }, [section])
  if (!manages) return <Empty title="You may not change settings">Ask an administrator of {organization.name}.</Empty>
  return (
    <>
      <PageHead title="Settings" lead={`Members, access and questions of ${organization.name}.`} />
      <div ref={sections} className={css.sections}>
        <Toolbar>
          <Segmented label="Section" value={section} onChange={(next: Section) => void navigate({ search: { section: next } })} choices={open.map((value) => ({ value, label: say(VIEWS[value].label) }))} />
        </Toolbar>
      </div>
      {open.includes(section) ? <View /> : <Empty title="Only administrators see this" />}
    </>
  )
}
