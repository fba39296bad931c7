import { Button } from '~/ui/parts'
import css from './view.module.css'

/** What is shown once, to be stored where it is needed. */
export function Secret({ secret, note }: { secret: string; note?: string }) {
  return (
    <>
      {note && <p className={css.note}>{note}</p>}
      <pre className={css.secret} tabIndex={0}>{secret}</pre>
      <Button icon="copy" onClick={() => void navigator.clipboard.writeText(secret)}>Copy</Button>
    </>
  )
}
