import { useEffect, useId, useRef, type ReactNode } from 'react'
import css from './dialog.module.css'
import { Button } from './parts'

/** A modal dialog; the browser keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children }: { title: ReactNode; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) {
      dialog.showModal()
      // The browser would begin with the button that closes.
      dialog.querySelector<HTMLElement>('input, select, textarea')?.focus()
    }
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={ref} className={css.dialog} aria-labelledby={id} onClose={onClose}
      onClick={(event) => { if (event.target === ref.current) onClose() }}>
      <header className={css.head}>
        <h2 id={id}>{title}</h2>
        <Button kind="ghost" icon="close" small aria-label="Close" onClick={onClose} />
      </header>
      <div className={css.body}>{children}</div>
    </dialog>
  )
}
