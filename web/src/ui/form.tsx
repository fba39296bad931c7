import { useState, type FormEvent, type ReactNode } from 'react'
import type { CombinedError } from 'urql'
import { problemOf } from '~/api/errors'
import css from './form.module.css'
import { Button } from './parts'
import { Message } from './states'

export interface Refusal {
  field?: string | null
  message: string
}

interface Outcome {
  error?: CombinedError
  refusals?: Refusal[] | null
}

/** Sends once at a time; says why it was refused, beside the button. */
export function Form({ label, onSend, onDone, children }: {
  label: string
  onSend: (fields: FormData) => Promise<Outcome>
  onDone: () => void
  children: ReactNode
}) {
  const [busy, setBusy] = useState(false)
  const [refusals, setRefusals] = useState<Refusal[]>([])

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setBusy(true)
    const { error, refusals: refused } = await onSend(new FormData(event.currentTarget))
    setBusy(false)
    const found = error ? [{ message: problemOf(error).message }] : (refused ?? [])
    setRefusals(found)
    if (found.length === 0) onDone()
  }

  return (
    <form className={css.form} onSubmit={(event) => void send(event)}>
      {children}
      {refusals.length > 0 && <ul role="alert" className={css.refusals}>{refusals.map(({ message }) => <li key={message}><Message text={message} /></li>)}</ul>}
      <div><Button type="submit" kind="primary" disabled={busy}>{busy ? 'Sending…' : label}</Button></div>
    </form>
  )
}

export const textIn = (fields: FormData, name: string): string | undefined => {
  const value = fields.get(name)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export const Row = ({ children }: { children: ReactNode }) => <div className={css.row}>{children}</div>

/** Several of a list. */
export function Checks({ legend, name, choices, chosen = [] }: {
  legend: string
  name: string
  choices: { value: string; label: string }[]
  chosen?: readonly string[]
}) {
  return (
    <fieldset className={css.checks}>
      <legend>{legend}</legend>
      {choices.map(({ value, label }) => (
        <label key={value}><input type="checkbox" name={name} value={value} defaultChecked={chosen.includes(value)} />{label}</label>
      ))}
    </fieldset>
  )
}
