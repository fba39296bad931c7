import { useState } from 'react'
import type { CombinedError } from 'urql'
import { problemOf } from '~/api/errors'
import { Button } from '~/ui/parts'
import css from './view.module.css'

interface Outcome {
  error?: CombinedError
  refusals?: { message: string }[] | null
}

/** Asks once more before it does what cannot be taken back. */
export function Remove({ label, what, onRemove }: { label: string; what: string; onRemove: () => Promise<Outcome> }) {
  const [sure, setSure] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  async function remove() {
    const { error, refusals } = await onRemove()
    setRefusal(error ? problemOf(error).message : (refusals?.[0]?.message ?? null))
    setSure(false)
  }
  if (refusal) return <span role="alert" className={css.refusal}>{refusal}</span>
  if (!sure) return <Button small kind="ghost" aria-label={`${label} ${what}`} onClick={() => setSure(true)}>{label}</Button>
  return (
    <span className={css.sure}>
      <Button small kind="danger" autoFocus onClick={() => void remove()}>{label} {what}</Button>
      <Button small kind="ghost" onClick={() => setSure(false)}>Keep</Button>
    </span>
  )
}
