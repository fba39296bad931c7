/** Charts and tables as files, made in the browser from what is shown. */

const PROPERTIES = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'stroke-opacity',
  'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline', 'visibility',
]
const MARGIN = 16
const PIXELS = 2

/** A copy that looks the same without the page's styles, on the page's background, with its title. */
function standalone(svg: SVGSVGElement, title: string): SVGSVGElement {
  const { width, height } = svg.getBoundingClientRect()
  const copy = svg.cloneNode(true) as SVGSVGElement
  const originals = svg.querySelectorAll('*')
  copy.querySelectorAll('*').forEach((element, index) => {
    const original = originals[index]
    if (!original) return
    const style = getComputedStyle(original)
    for (const property of PROPERTIES) element.setAttribute(property, style.getPropertyValue(property))
    element.removeAttribute('class')
    element.removeAttribute('style')
  })
  copy.querySelectorAll('[data-export="no"]').forEach((element) => element.remove())
  const root = getComputedStyle(document.documentElement)
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const [fullWidth, fullHeight] = [width + 2 * MARGIN, height + 2 * MARGIN + 28]
  paper.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  paper.setAttribute('width', String(fullWidth))
  paper.setAttribute('height', String(fullHeight))
  paper.setAttribute('viewBox', `0 0 ${fullWidth} ${fullHeight}`)
  const ground = element('rect', { width: '100%', height: '100%', fill: root.getPropertyValue('--surface') })
  const heading = element('text', { x: MARGIN, y: MARGIN + 12, fill: root.getPropertyValue('--ink'), 'font-size': 14, 'font-weight': 600, 'font-family': 'Inter, system-ui, sans-serif' })
  heading.textContent = title
  copy.setAttribute('x', String(MARGIN))
  copy.setAttribute('y', String(MARGIN + 28))
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  paper.append(ground, heading, copy)
  return paper
}

function element(name: string, attributes: Record<string, string | number>) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  return made
}

function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

export function saveSvg(svg: SVGSVGElement, title: string) {
  save(new Blob([new XMLSerializer().serializeToString(standalone(svg, title))], { type: 'image/svg+xml' }), `${fileName(title)}.svg`)
}

export async function savePng(svg: SVGSVGElement, title: string) {
  const paper = standalone(svg, title)
  const image = new Image()
  image.src = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(paper)], { type: 'image/svg+xml' }))
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Number(paper.getAttribute('width')) * PIXELS
  canvas.height = Number(paper.getAttribute('height')) * PIXELS
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
