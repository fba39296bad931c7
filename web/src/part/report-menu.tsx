import { useRef, useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useClient, useMutation } from 'urql'
import { problemOf } from '~/api/errors'
import { useRights } from '~/app/session'
import menu from '~/ui/export-menu.module.css'
import { Icon } from '~/ui/icon'
import css from './report.module.css'
import { bytesOf, FORMATS } from './report'
import { ReportFileQuery, StoreReport, type ReportFormat, type ReportInput } from './report.query'

/** A report of what is shown, computed now: as a file in any format, or stored. */
export function ReportMenu({ of }: { of: ReportInput }) {
  const client = useClient()
  const { manages } = useRights()
  const details = useRef<HTMLDetailsElement>(null)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [stored, setStored] = useState<string | null>(null)
  const [, store] = useMutation(StoreReport)

  async function run(work: () => Promise<string | null>) {
    if (details.current) details.current.open = false
    setBusy(true)
    setRefusal(await work())
    setBusy(false)
  }

  async function download(format: ReportFormat) {
    const { data, error } = await client.query(ReportFileQuery, { of, format }, { requestPolicy: 'network-only' }).toPromise()
    const file = data?.report?.file
    if (error || !file) return error ? problemOf(error).message : 'There is no such report.'
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([bytesOf(file)], { type: file.mediaType }))
    link.download = file.name
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    return null
  }

  async function save() {
    const { data, error } = await store({ input: { report: of } }, { additionalTypenames: ['StoredReport'] })
    setStored(data?.storeReport?.storedReport?.id ?? null)
    return error ? problemOf(error).message : (data?.storeReport?.userErrors[0]?.message ?? null)
  }

  return (
    <span className={css.menu}>
      {refusal && <span role="alert" className={css.refusal}>{refusal}</span>}
      {stored && !refusal && <span role="status" className={css.stored}>Saved. <Link to="/report/$report" params={{ report: stored }}>Open it</Link></span>}
      <details ref={details} className={menu.menu} onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false
      }}>
        <summary aria-busy={busy}><Icon name="download" size={14} />{busy ? 'Writing…' : 'Report'}</summary>
        <div className={menu.list}>
          {FORMATS.map(({ format, label, oneTable }) => <button key={format} type="button" disabled={busy} onClick={() => void run(() => download(format))}>{oneTable ? `First table as ${label}` : label}</button>)}
          {manages && <button type="button" disabled={busy} className={css.save} onClick={() => void run(save)}>Save a report now</button>}
        </div>
      </details>
    </span>
  )
}
