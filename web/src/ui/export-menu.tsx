import { useRef, type RefObject } from 'react'
import { saveCsv, savePng, saveSvg, type Cell } from '~/chart/export'
import css from './export-menu.module.css'
import { Icon } from './icon'

interface Props {
  title: string
  /** Holds the chart. */
  chart?: RefObject<HTMLElement | null>
  table?: () => Cell[][]
}

/** Saves the chart or the table that it stands beside. */
export function ExportMenu({ title, chart, table }: Props) {
  const details = useRef<HTMLDetailsElement>(null)
  function done(save: () => void) {
    save()
    if (details.current) details.current.open = false
  }
  const svg = () => chart?.current?.querySelector<SVGSVGElement>('svg[data-chart]') ?? null
  return (
    <details ref={details} className={css.menu} onBlur={(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false
    }}>
      <summary><Icon name="download" size={14} />Export</summary>
      <div className={css.list}>
        {chart && <button type="button" onClick={() => done(() => { const found = svg(); if (found) void savePng(found, title) })}>Chart as PNG</button>}
        {chart && <button type="button" onClick={() => done(() => { const found = svg(); if (found) saveSvg(found, title) })}>Chart as SVG</button>}
        {table && <button type="button" onClick={() => done(() => saveCsv(table(), title))}>Table as CSV</button>}
      </div>
    </details>
  )
}
