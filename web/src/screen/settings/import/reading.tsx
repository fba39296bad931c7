import { capital, useWords } from '~/format/vocabulary'
import { Input, Labeled, Select } from '~/ui/parts'
import { KINDS, KIND_WORDS, type Kind } from './fields'
import type { Choices, Reading } from './options'
import type { Preview } from './send'
import css from './view.module.css'

const DELIMITERS = [{ value: '', label: 'As found' }, { value: ',', label: 'Comma' }, { value: ';', label: 'Semicolon' }, { value: '\t', label: 'Tab' }, { value: '|', label: 'Bar' }]
const ORDERS = [{ value: '', label: 'As found' }, { value: 'dmy', label: 'Day, month, year' }, { value: 'mdy', label: 'Month, day, year' }]
const CONFLICTS = [{ value: '', label: 'By the time of change' }, { value: 'keep', label: 'Keep what is stored' }, { value: 'update', label: 'Take the file’s' }, { value: 'report', label: 'Only list them' }] as const

/** What the rows are, and how they are read. */
export function Options({ choices, seen, open, onChange }: { choices: Choices; seen: Preview | null; open: boolean; onChange: (choices: Choices) => void }) {
  const words = useWords()
  const { reading } = choices
  const read = (name: Reading, text: string) => onChange({ ...choices, reading: { ...reading, [name]: text } })
  const label = (kind: Kind) => { const word = KIND_WORDS[kind]; return capital(word === 'active customers' ? `active ${words('customers')}` : words(word)) }
  /** Text that is looked at once it is left: each letter would send the file. */
  const text = (name: Reading, title: string, placeholder: string) => (
    <Labeled label={title}><Input key={reading[name] ?? ''} defaultValue={reading[name] ?? ''} placeholder={placeholder} onBlur={({ target }) => { if (target.value.trim() !== (reading[name] ?? '')) read(name, target.value.trim()) }} /></Labeled>
  )
  return (
    <div className={css.options}>
      <Select label="Each row is one of" value={choices.kind || (seen?.kind ?? '')} onChange={(kind) => onChange({ ...choices, kind, fields: keep(choices, 'product'), create: [] })}
        choices={[...(choices.kind || seen ? [] : [{ value: '' as const, label: 'Not recognized: choose' }]), ...KINDS.map((value) => ({ value, label: label(value) }))]} />
      {(seen?.sheets.length ?? 0) > 1 && <Select label="Sheet" value={reading.sheet ?? ''} onChange={(sheet) => read('sheet', sheet)} choices={[...(reading.sheet ? [] : [{ value: '', label: 'The first with a table' }]), ...(seen?.sheets ?? []).map((name) => ({ value: name, label: name }))]} />}
      <details className={css.more} open={open || undefined}>
        <summary>How it is read</summary>
        <div className={css.reading}>
          <Labeled label="Delimiter"><Select quiet label="Delimiter" value={reading.delimiter ?? ''} choices={DELIMITERS} onChange={(value) => read('delimiter', value)} /></Labeled>
          {text('encoding', 'Encoding', seen?.encoding ?? 'As found')}
          {text('skip-rows', 'Rows above the header', 'As found')}
          {text('header-rows', 'Rows of the header', 'As found')}
          <Labeled label="Order of dates"><Select quiet label="Order of dates" value={reading['date-order'] ?? ''} choices={ORDERS} onChange={(value) => read('date-order', value)} /></Labeled>
          {text('date-format', 'Form of dates', '%d.%m.%Y %H:%M')}
          {text('time-zone', 'Time zone', 'Of the product')}
          {text('release-prefix', 'Prefix of versions', 'v')}
          {text('values', 'What texts mean', 'rating:Yes=5,No=1')}
          <Labeled label="Source system"><Input key={choices.source} defaultValue={choices.source} placeholder="import" onBlur={({ target }) => { if (target.value.trim() !== choices.source) onChange({ ...choices, source: target.value.trim() }) }} /></Labeled>
          <Labeled label="Known rows with other contents"><Select quiet label="Known rows with other contents" value={choices.conflict} choices={[...CONFLICTS]} onChange={(conflict) => onChange({ ...choices, conflict })} /></Labeled>
          <label className={css.check}><input type="checkbox" checked={choices.skipsEmpty} onChange={({ target }) => onChange({ ...choices, skipsEmpty: target.checked })} />Skip rows with neither rating nor comment</label>
        </div>
      </details>
    </div>
  )
}

function keep({ fields }: Choices, name: string): Choices['fields'] {
  const origin = fields[name]
  return origin ? { [name]: origin } : {}
}
