/** Charts and tables as files, made in the browser from what is shown. */
import { draw, element, type Drawing, type Figure } from './figure'

const PROPERTIES = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'stroke-opacity',
  'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline', 'visibility',
]
const MARGIN = 16
const PIXELS = 2

/** A copy of a chart that looks the same without the page's styles. */
function copied(svg: SVGSVGElement): Drawing {
  const { width, height } = svg.getBoundingClientRect()
  const copy = svg.cloneNode(true) as SVGSVGElement
  const originals = svg.querySelectorAll('*')
  copy.querySelectorAll('*').forEach((part, index) => {
    const original = originals[index]
    if (!original) return
    const style = getComputedStyle(original)
    for (const property of PROPERTIES) part.setAttribute(property, style.getPropertyValue(property))
    part.removeAttribute('class')
    part.removeAttribute('style')
  })
  copy.querySelectorAll('[data-export="no"]').forEach((part) => part.remove())
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  return { content: [copy], width, height }
}

/** On the page's background, with its title. */
function paper({ content, width, height }: Drawing, title: string): SVGSVGElement {
  const root = getComputedStyle(document.documentElement)
  const [fullWidth, fullHeight] = [width + 2 * MARGIN, height + 2 * MARGIN + 28]
  const whole = element('svg', { width: fullWidth, height: fullHeight, viewBox: `0 0 ${fullWidth} ${fullHeight}` }) as SVGSVGElement
  const ground = element('rect', { width: '100%', height: '100%', fill: root.getPropertyValue('--surface') })
  const heading = element('text', { x: MARGIN, y: MARGIN + 12, fill: root.getPropertyValue('--ink'), 'font-size': 14, 'font-weight': 600, 'font-family': 'Inter, system-ui, sans-serif' }, title)
  const frame = element('svg', { x: MARGIN, y: MARGIN + 28, width, height, overflow: 'visible' })
  frame.append(...content)
  whole.append(ground, heading, frame)
  return whole
}

/** A chart of the page, or one that is drawn for the file. */
export type Source = SVGSVGElement | Figure

const papered = (source: Source, title: string) => paper(source instanceof SVGSVGElement ? copied(source) : draw(source), title)

export function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

export function saveSvg(source: Source, title: string) {
  save(new Blob([new XMLSerializer().serializeToString(papered(source, title))], { type: 'image/svg+xml' }), `${fileName(title)}.svg`)
}

export async function savePng(source: Source, title: string) {
  const whole = papered(source, title)
  const image = new Image()
  image.src = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(whole)], { type: 'image/svg+xml' }))
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Number(whole.getAttribute('width')) * PIXELS
  canvas.height = Number(whole.getAttribute('height')) * PIXELS
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(image.src)
  canvas.toBlob((blob) => { if (blob) save(blob, `${fileName(title)}.png`) })
}

export type Cell = string | number | null | undefined

/** RFC 4180; a text that a spreadsheet would run as a formula is kept a text. */
export function csvOf(rows: Cell[][]): string {
  return rows.map((row) => row.map(cellText).join(',')).join('\r\n') + '\r\n'
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function saveCsv(rows: Cell[][], title: string) {
  save(new Blob(['\ufeff', csvOf(rows)], { type: 'text/csv;charset=utf-8' }), `${fileName(title)}.csv`)
}

export function fileName(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^-|-$/g, '')
}
