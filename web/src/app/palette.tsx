import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useEffectEvent, useState, type KeyboardEvent } from 'react'
import { capital, useSaid, useWords } from '~/format/vocabulary'
import { SECTIONS, type Section } from '~/screen/settings/sections'
import { Dialog } from '~/ui/dialog'
import { Icon, type IconName } from '~/ui/icon'
import { useScreenQuery } from './operations'
import css from './palette.module.css'
import { PalettePeopleQuery, PaletteQuery } from './palette.query'
import { useRights } from './session'

export interface Entry {
  id: string
  icon: IconName
  title: string
  detail: string
  run: () => void
}

const MOST_INCIDENTS = 5
/** What only administrators may open. */
const GUARDED = new Set<Section>(['tokens', 'webhooks'])

/** What is called like the text; `sought` is what the server was asked for, which follows the typing. */
function useFound(text: string, sought: string, product: string, screens: Entry[]): { entries: Entry[]; busy: boolean } {
  const navigate = useNavigate()
  const words = useWords()
  const { seesCustomers, manages, administers } = useRights()
  const say = useSaid()
  const pause = sought.length === 0
  const { result } = useScreenQuery(PaletteQuery, { text: sought, product }, { pause, hidden: true })
  const people = useScreenQuery(PalettePeopleQuery, { text: sought, product }, { pause: pause || !seesCustomers, hidden: true }).result
  const matches = (title: string) => title.toLowerCase().includes(text.toLowerCase())
  const entries: Entry[] = screens.filter(({ title }) => matches(title))
  if (text === '') return { entries, busy: false }
  const sections = SECTIONS.filter((section) => manages && (administers || !GUARDED.has(section)))
  const parts = [...sections.map((section) => ({ section, title: say(`Settings: ${capital(section)}`) })), ...(manages ? [{ section: 'imports' as const, title: 'Import a file' }] : [])]
  for (const { section, title } of parts.filter((part) => matches(part.title)))
    entries.push({ id: title.replace(/\W+/g, '-'), icon: title === 'Import a file' ? 'upload' : 'settings', title, detail: 'Settings', run: () => void navigate({ to: '/settings', search: { section } }) })
  for (const { id, key, name, product: of } of result.data?.features?.nodes ?? [])
    entries.push({ id, icon: 'value', title: name, detail: `${capital(words('feature'))} of ${of.name}`,
      run: () => void navigate({ to: '/p/$product/features/$feature', params: { product: of.key, feature: key } }) })
  for (const { id, version, title } of result.data?.product?.releases.nodes ?? [])
    entries.push({ id, icon: 'release', title: version, detail: title ?? capital(words('release')),
      run: () => void navigate({ to: '/p/$product/releases/$version', params: { product, version } }) })
  for (const { id, title, state } of result.data?.product?.announcements.nodes ?? [])
    entries.push({ id, icon: 'announcement', title, detail: `${capital(words('announcement'))}, ${state === 'CANCELLED' ? 'canceled' : state.toLowerCase()}`,
      run: () => void navigate({ to: '/p/$product/announcements/$announcement', params: { product, announcement: id } }) })
  for (const { id, title, errorState } of result.data?.product?.knownErrors.nodes ?? [])
    entries.push({ id, icon: 'known', title, detail: `${capital(words('knownError'))}, ${errorState.toLowerCase().replaceAll('_', ' ')}`,
      run: () => void navigate({ to: '/p/$product/known-errors/$error', params: { product, error: id } }) })
  for (const customer of people.data?.customers?.nodes ?? [])
    entries.push({ id: customer.id, icon: 'customer', title: customer.name ?? customer.key, detail: customer.name ? `${capital(words('customer'))} ${customer.key}` : capital(words('customer')),
      run: () => void navigate({ to: '/customers/$customer', params: { customer: customer.key } }) })
  const incidents = (people.data?.product?.incidents.nodes ?? []).filter(({ title }) => matches(title)).slice(0, MOST_INCIDENTS)
  for (const { id, title, state, features } of incidents)
    entries.push({ id, icon: 'incident', title, detail: [state.toLowerCase(), ...features.map(({ name }) => name)].join(' · '),
      run: () => void navigate({ to: '/p/$product/incidents/$incident', params: { product, incident: id } }) })
  return { entries, busy: sought !== text || result.fetching || people.fetching }
}

export default function Palette({ product, screens, onClose }: { product: string; screens: Entry[]; onClose: () => void }) {
  const [text, setText] = useState('')
  const [chosen, choose] = useState(0)
  const words = useWords()
  const sought = text.trim()
  const { entries, busy } = useFound(sought, useDeferredValue(sought), product, screens)
  const [entered, setEntered] = useState(false)
  const index = Math.min(chosen, entries.length - 1)

  function run(entry: Entry | undefined) {
    if (!entry) return
    onClose()
    entry.run()
  }

  // Whoever types faster than the server answers gets what was typed, and not what was found before.
  const runFound = useEffectEvent(() => run(entries[index]))
  useEffect(() => { if (entered && !busy) runFound() }, [entered, busy])

  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step) {
      event.preventDefault()
      choose((index + step + entries.length) % Math.max(1, entries.length))
    }
    if (event.key === 'Enter' && busy) setEntered(true)
    if (event.key === 'Enter' && !busy) run(entries[index])
  }

  return (
    <Dialog title="Find" onClose={onClose}>
      <input className={css.input} autoFocus type="text" role="combobox" aria-expanded="true" aria-controls="found" aria-label="Find"
        aria-activedescendant={entries[index] ? `found-${entries[index].id}` : undefined} value={text} onKeyDown={onKeyDown}
        placeholder={`A ${words('feature')}, ${words('release')}, ${words('incident')}, or ${words('customer')}`}
        onChange={(event) => { setText(event.target.value); choose(0); setEntered(false) }} />
      <ul id="found" role="listbox" aria-label="Found" className={css.list}>
        {entries.map((entry, at) => (
          <li key={entry.id} id={`found-${entry.id}`} role="option" aria-selected={at === index} className={css.entry}
            onPointerMove={() => choose(at)} onClick={() => run(entry)}>
            <Icon name={entry.icon} />
            <span className={css.title}>{entry.title}</span>
            <span className={css.detail}>{entry.detail}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className={css.none} role="status">{busy ? 'Looking…' : `Nothing is called “${text}”.`}</p>}
    </Dialog>
  )
}
