import { useRef, useState } from 'react'
import { Icon } from '~/ui/icon'
import { Button, classes } from '~/ui/parts'
import css from './view.module.css'

/** A place for a file: it is dropped there, or chosen. */
export function Drop({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className={classes(css.drop, over && css.over)}
      onDragOver={(event) => { event.preventDefault(); setOver(true) }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false) }}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file) onFile(file)
      }}>
      <Icon name="upload" size={22} />
      <p><b>Drop a file here</b>, or <Button small onClick={() => input.current?.click()}>Choose a file</Button></p>
      <p className={css.small}>CSV, Excel, JSON or Parquet, also packed, up to 1 GiB. Exports of app stores, survey and ticket systems are recognized.</p>
      <input ref={input} type="file" hidden aria-label="File" onChange={(event) => {
        const file = event.target.files?.[0]
        if (file) onFile(file)
      }} />
    </div>
  )
}
