import { useState } from 'react'
import { useSession } from '~/app/session'
import { plural } from '~/format/number'
import { useSaid } from '~/format/vocabulary'
import { Button, Input, Tag, classes } from '~/ui/parts'
import parts from '~/ui/parts.module.css'
import table from '~/ui/table.module.css'
import { FIELDS, shownText } from './fields'
import type { Choices, Origin } from './options'
import type { Preview } from './send'
import css from './view.module.css'

/** The values of a field's list: columns, texts that are the same in all rows, and what else there is. */
const COLUMN = 'column:'
const TEXT = 'text:'
const OTHER = 'other'
const NOTHING = 'nothing'
/** Fields that a file mostly has, whatever it calls them: shown also where they are not found. */
const COMMON = new Set(['rating', 'scale', 'comment', 'feature', 'features', 'title', 'external_id', 'released_at'])

interface Choice {
  value: string
  label: string
}

/** From which column each field comes, and why; all of it can be changed. */
export function Columns({ seen, choices, onChange }: { seen: Preview; choices: Choices; onChange: (choices: Choices) => void }) {
  const say = useSaid()
  const { products, scales } = useSession()
  const [whole, showWhole] = useState(false)
  const own = FIELDS[seen.kind]
  // Of a known export, fields may have names that only it has: two ratings of one row.
  const extra = seen.fields.filter(({ field }) => !own.some(({ name }) => name === field)).map(({ field }) => ({ name: field, label: field }))
  const texts: Record<string, Choice[]> = {
    product: products.map(({ key, name }) => ({ value: key, label: name })),
    scale: scales.map(({ key, name }) => ({ value: key, label: name ?? key })),
  }
  const all = [...own, ...extra]
  const isUsed = ({ name, needed }: { name: string; needed?: boolean }) => needed || COMMON.has(name) || name in choices.fields || [...seen.fields, ...seen.constants].some(({ field }) => field === name) || seen.missing.includes(name)
  const shown = whole ? all : all.filter(isUsed)
  const saysOf = (field: string, origin: Origin | null) => {
    const rest = Object.fromEntries(Object.entries(choices.fields).filter(([name]) => name !== field))
    onChange({ ...choices, fields: origin ? { ...rest, [field]: origin } : rest })
  }
  return (
    <section aria-labelledby="import-columns" className={css.part}>
      <h3 id="import-columns">What its columns are</h3>
      <div className={css.wide}>
        <table className={classes(table.table, css.columns)}>
          <thead><tr><th scope="col">Field</th><th scope="col">Comes from</th><th scope="col">Found</th><th scope="col">Becomes, in the first row</th></tr></thead>
          <tbody>
            {shown.map((field) => (
              <Line key={field.name} {...field} label={say(field.label)} seen={seen} said={choices.fields[field.name]} texts={texts[field.name] ?? []} onSay={(origin) => saysOf(field.name, origin)} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < all.length && <div><Button small kind="ghost" icon="plus" onClick={() => showWhole(true)}>{plural(all.length - shown.length, 'more field')}</Button></div>}
      {seen.unread.length > 0 && <p className={css.unread}>Not read: {seen.unread.map((name) => <Tag key={name}><span dir="auto">{name}</span></Tag>)}</p>}
    </section>
  )
}

function Line({ name, label, needed, seen, said, texts, onSay }: {
  name: string
  label: string
  needed?: boolean
  seen: Preview
  said: Origin | undefined
  texts: Choice[]
  onSay: (origin: Origin | null) => void
}) {
  const found = seen.fields.find(({ field }) => field === name)
  const fixed = seen.constants.find(({ field }) => field === name)?.value
  const text = said && 'text' in said ? said.text : !said ? fixed : undefined
  const column = said && 'column' in said ? said.column : found?.column
  const listed = texts.some(({ value }) => value === text)
  const missing = seen.missing.includes(name) && !said
  const value = text === undefined ? (column ? COLUMN + column : NOTHING) : text === '' ? NOTHING : listed ? TEXT + text : OTHER
  const columns = column && !seen.columns.includes(column) ? [column, ...seen.columns] : seen.columns
  const mayBeLeftOut = !needed || value === NOTHING
  const example = seen.firstRows[0]?.[name]
  function choose(next: string) {
    if (next.startsWith(COLUMN)) onSay({ column: next.slice(COLUMN.length) })
    else if (next.startsWith(TEXT)) onSay({ text: next.slice(TEXT.length) })
    else if (next === OTHER) onSay({ text: text || example || '?' })
    else onSay(found && !said ? { text: '' } : null)
  }
  return (
    <tr className={missing ? css.missing : undefined}>
      <th scope="row">{label}{needed && <span className={css.needed} title="Needed"> *</span>}</th>
      <td>
        <span className={css.origin}>
          <select className={classes(parts.input, Boolean(said) && parts.active)} aria-label={`${label} comes from`} value={value} onChange={({ target }) => choose(target.value)}>
            {mayBeLeftOut && <option value={NOTHING}>{missing ? 'Choose…' : 'Not in the file'}</option>}
            <optgroup label="Column">{columns.map((one) => <option key={one} value={COLUMN + one}>{one}</option>)}</optgroup>
            <optgroup label="The same in all rows">
              {texts.map((one) => <option key={one.value} value={TEXT + one.value}>{one.label}</option>)}
              <option value={OTHER}>This text:</option>
            </optgroup>
          </select>
          {value === OTHER && <Input key={text} aria-label={`${label} of all rows`} defaultValue={text} onBlur={({ target }) => { if (target.value !== text) onSay({ text: target.value }) }} />}
        </span>
      </td>
      <td className={table.muted}>{missing ? <b className={css.bad}>Needed</b> : said ? 'as you said' : value === NOTHING ? '' : found?.reason ?? (text !== undefined ? 'by its content' : 'by its name')}</td>
      <td className={css.example} dir="auto">{example && shownText(name, example)}</td>
    </tr>
  )
}
