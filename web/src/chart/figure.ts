/** Charts that stand in tables on the page, drawn anew as one picture when they are saved. */
import { linear, ticks } from './scale'

interface Estimate {
  estimate: number
  lower: number | null
  upper: number | null
  /** The numbers in words, beside the interval. */
  text: string
}

/** One estimate in each row, or two, on one scale. */
export interface IntervalFigure {
  kind: 'intervals'
  domain: [number, number]
  /** Changes: the scale has signs, and zero is marked. */
  signs?: boolean
  /** A row with a scale of its own says where it begins and ends, instead of the axis. */
  rows: { label: string; values: Estimate[]; domain?: [number, number] }[]
  /** What the first and the second value of a row is. */
  legend?: string[]
}

/** Shares at each rating, in one or more groups side by side. */
export interface BarFigure {
  kind: 'bars'
  groups: { label: string; bars: { name: string; share: number; before: number | null }[] }[]
  legend?: string[]
}

/** Lines over the same time below one another, on one scale. */
export interface TrendFigure {
  kind: 'trends'
  rows: { label: string; values: (number | null)[]; text: string }[]
  /** The first and the last day. */
  from: string
  until: string
}

export type Figure = IntervalFigure | BarFigure | TrendFigure

export interface Drawing {
  content: SVGElement[]
  width: number
  height: number
}

const WIDTH = 760

export function draw(figure: Figure): Drawing {
  const root = getComputedStyle(document.documentElement)
  const color = (name: string) => root.getPropertyValue(`--${name}`).trim()
  if (figure.kind === 'intervals') return intervals(figure, color)
  return figure.kind === 'bars' ? bars(figure, color) : trends(figure, color)
}

type Color = (name: string) => string

export function element(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  if (text !== undefined) made.textContent = text
  return made
}

const FONT = 'Inter, system-ui, sans-serif'
const words = (x: number, y: number, fill: string, text: string, more: Record<string, string | number> = {}) =>
  element('text', { x, y, fill, 'font-family': FONT, 'font-size': 12, 'dominant-baseline': 'middle', ...more }, text)

const LABELS = 190
const NUMBERS = 150
const ROW = 26

function intervals({ domain, signs, rows, legend = [] }: IntervalFigure, color: Color): Drawing {
  const tones = rows.some(({ values }) => values.length > 1) ? ['series-2', 'series-1'] : ['series-1']
  const x = linear(domain, [LABELS, WIDTH - NUMBERS])
  const most = Math.max(1, ...rows.map(({ values }) => values.length))
  const height = most * ROW + (most > 1 ? 6 : 0)
  const top = legend.length > 0 ? 44 : 22
  const bottom = top + rows.length * height
  const content: SVGElement[] = []
  legend.forEach((label, index) => {
    content.push(element('circle', { cx: LABELS + index * 180 + 5, cy: 8, r: 5, fill: color(tones[index] ?? 'series-1') }))
    content.push(words(LABELS + index * 180 + 16, 9, color('ink-2'), label))
  })
  const own = rows.some((row) => row.domain)
  for (const tick of own ? [] : ticks(domain, 5)) {
    content.push(element('line', { x1: x(tick), x2: x(tick), y1: top, y2: bottom, stroke: color(signs && tick === 0 ? 'line-strong' : 'grid') }))
    content.push(words(x(tick), top - 10, color('ink-3'), signs && tick > 0 ? `+${tick}` : String(tick), { 'text-anchor': 'middle', 'font-size': 11 }))
  }
  rows.forEach(({ label, values, domain: scale = domain }, row) => {
    const start = top + row * height
    const along = linear(scale, [LABELS, WIDTH - NUMBERS])
    const inside = (value: number) => along(Math.min(scale[1], Math.max(scale[0], value)))
    if (own) {
      content.push(element('line', { x1: LABELS, x2: WIDTH - NUMBERS, y1: start + height / 2, y2: start + height / 2, stroke: color('line-strong') }))
      content.push(words(LABELS - 8, start + height / 2, color('ink-3'), String(scale[0]), { 'text-anchor': 'end', 'font-size': 11 }))
      content.push(words(WIDTH - NUMBERS + 8, start + height / 2, color('ink-3'), String(scale[1]), { 'font-size': 11 }))
    }
    content.push(words(0, start + height / 2, color('ink'), label, { 'font-weight': 560 }))
    values.forEach(({ estimate, lower, upper, text }, index) => {
      const y = start + (height - values.length * ROW) / 2 + (index + 0.5) * ROW
      const tone = color(tones[index] ?? 'series-1')
      if (lower !== null && upper !== null) content.push(element('line', { x1: inside(lower), x2: inside(upper), y1: y, y2: y, stroke: tone, 'stroke-width': 9, 'stroke-linecap': 'round', 'stroke-opacity': 0.28 }))
      content.push(element('circle', { cx: inside(estimate), cy: y, r: 4.5, fill: tone, stroke: color('surface'), 'stroke-width': 2 }))
      content.push(words(WIDTH, y, color('ink-2'), text, { 'text-anchor': 'end' }))
    })
  })
  return { content, width: WIDTH, height: bottom + 4 }
}

const TREND = 34

function trends({ rows, from, until }: TrendFigure, color: Color): Drawing {
  const known = rows.flatMap(({ values }) => values.filter((value) => value !== null))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const content: SVGElement[] = [words(LABELS, 8, color('ink-3'), from, { 'font-size': 11 }), words(WIDTH - NUMBERS, 8, color('ink-3'), until, { 'text-anchor': 'end', 'font-size': 11 })]
  rows.forEach(({ label, values, text }, row) => {
    const top = 22 + row * TREND
    const x = linear([0, Math.max(1, values.length - 1)], [LABELS, WIDTH - NUMBERS])
    const y = linear([low, high > low ? high : low + 1], [top + TREND - 5, top + 5])
    const points = values.flatMap((value, index) => (value === null ? [] : [`${x(index)},${y(value)}`]))
    content.push(element('line', { x1: 0, x2: WIDTH, y1: top + TREND, y2: top + TREND, stroke: color('grid') }))
    content.push(words(0, top + TREND / 2, color('ink'), label, { 'font-weight': 560 }))
    content.push(element('polyline', { points: points.join(' '), fill: 'none', stroke: color('series-1'), 'stroke-width': 2, 'stroke-linejoin': 'round' }))
    content.push(words(WIDTH, top + TREND / 2, color('ink-2'), text, { 'text-anchor': 'end' }))
  })
  return { content, width: WIDTH, height: 22 + rows.length * TREND + 4 }
}

const BARS = 180

function bars({ groups, legend = [] }: BarFigure, color: Color): Drawing {
  const count = groups.reduce((sum, group) => sum + group.bars.length + 1, -1)
  const step = Math.min(64, WIDTH / count)
  const most = Math.max(0.01, ...groups.flatMap((group) => group.bars.flatMap(({ share, before }) => [share, before ?? 0])))
  const top = legend.length > 0 ? 44 : 20
  const y = linear([0, most], [top + BARS, top])
  const content: SVGElement[] = legend.map((label, index) => words(index * 240, 9, color('ink-2'), label))
  let left = 0
  for (const group of groups) {
    content.push(words(left, top + BARS + 42, color('ink-3'), group.label))
    for (const { name, share, before } of group.bars) {
      const middle = left + step / 2
      content.push(element('rect', { x: left + 2, width: step - 4, y: y(share), height: top + BARS - y(share), rx: 3, fill: color('series-1'), 'fill-opacity': 0.82 }))
      if (before !== null) content.push(element('line', { x1: left, x2: left + step, y1: y(before), y2: y(before), stroke: color('ink-3'), 'stroke-width': 2 }))
      content.push(words(middle, y(Math.max(share, before ?? 0)) - 9, color('ink-3'), String(Math.round(share * 100)), { 'text-anchor': 'middle', 'font-size': 11 }))
      content.push(words(middle, top + BARS + 16, color('ink'), name, { 'text-anchor': 'middle', 'font-weight': 560 }))
      left += step
    }
    left += step
  }
  return { content, width: Math.max(320, left - step), height: top + BARS + 56 }
}
