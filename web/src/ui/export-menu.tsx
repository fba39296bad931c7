import { useRef, type RefObject } from 'react'
import type { Cell } from '~/chart/export'
import type { Figure } from '~/chart/figure'
import css from './export-menu.module.css'
import { Icon } from './icon'

interface Props {
  title: string
  /** Holds the chart. */
  chart?: RefObject<HTMLElement | null>
  /** The chart, where it stands in a table and has to be drawn for the file. */
  figure?: () => Figure
  table?: () => Cell[][]
  /** A second chart of the card. */
  also?: { label: string; figure: () => Figure }
}

/** Saves the chart or the table that it stands beside. */
export function ExportMenu({ title, chart, figure, table, also }: Props) {
  const details = useRef<HTMLDetailsElement>(null)
  // What saves is loaded when it is first used.
  async function save(what: 'png' | 'svg' | 'csv', drawn = figure, name = title) {
    if (details.current) details.current.open = false
    const { saveCsv, savePng, saveSvg } = await import('~/chart/export')
    const source = drawn?.() ?? chart?.current?.querySelector<SVGSVGElement>('svg[data-chart]')
    if (what === 'csv' && table) saveCsv(table(), name)
    if (what === 'png' && source) await savePng(source, name)
    if (what === 'svg' && source) saveSvg(source, name)
  }
  return (
    <details ref={details} className={css.menu} onBlur={(event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false
    }}>
      <summary><Icon name="download" size={14} />Export</summary>
      <div className={css.list}>
        {(chart ?? figure) && <button type="button" onClick={() => void save('png')}>Chart as PNG</button>}
        {(chart ?? figure) && <button type="button" onClick={() => void save('svg')}>Chart as SVG</button>}
        {also && <button type="button" onClick={() => void save('png', also.figure, `${title} ${also.label}`)}>{also.label} as PNG</button>}
        {also && <button type="button" onClick={() => void save('svg', also.figure, `${title} ${also.label}`)}>{also.label} as SVG</button>}
        {table && <button type="button" onClick={() => void save('csv')}>Table as CSV</button>}
      </div>
    </details>
  )
}
