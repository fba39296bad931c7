import { useState } from 'react'
import type { CombinedError } from 'urql'
import { problemOf } from '~/api/errors'
import { Button } from '~/ui/parts'
import type { IconName } from '~/ui/icon'
import css from './view.module.css'

interface Outcome {
  error?: CombinedError
  refusals?: { message: string }[] | null
  /** What came of it, if that cannot be seen. */
  done?: string
}

/** Does one thing at once, and says why it was refused. */
export function Act({ label, what, icon, onAct }: { label: string; what: string; icon?: IconName; onAct: () => Promise<Outcome> }) {
  const [busy, setBusy] = useState(false)
  const [said, say] = useState<{ text: string; refused: boolean } | null>(null)
  async function act() {
    setBusy(true)
    const { error, refusals, done } = await onAct()
    const refusal = error ? problemOf(error).message : refusals?.[0]?.message
    say(refusal ? { text: refusal, refused: true } : done ? { text: done, refused: false } : null)
    setBusy(false)
  }
  return (
    <span className={css.act}>
      <Button small kind="ghost" icon={icon} disabled={busy} aria-label={`${label} ${what}`} onClick={() => void act()}>{label}</Button>
      {said && <span role={said.refused ? 'alert' : 'status'} className={said.refused ? css.refusal : css.done}>{said.text}</span>}
    </span>
  )
}
