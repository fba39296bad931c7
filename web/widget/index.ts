import { queue } from './element'
import { mayAsk, storage } from './timing'

/**
 * The script tag: `<script src="https://ballroom.example/widget.js" data-token="…" data-product="shop" data-feature="search"
 * data-when="event:ordered" data-every="90" data-sample="0.2" async></script>`. Without `data-product` it only defines the element.
 */
const NOT_PASSED = new Set(['when', 'every', 'sample'])

export interface Options {
  token: string
  product: string
  feature?: string
  endpoint?: string
  /** The page's own id of the customer, who is then asked once in each period, whoever else uses the browser. */
  respondent?: string
  /** Days in which it is asked at most once; 90 by default. */
  every?: string
  /** Share of times at which it is asked; 1 by default. */
  sample?: string
  [attribute: string]: string | undefined
}

/** Asks in a corner of the page, if it is time. */
export function ask(options: Options): HTMLElement | null {
  const { product, feature = '', respondent = '', every = '90', sample = '1' } = options
  if (document.querySelector('ballroom-feedback[placement=corner]')) return null
  if (!mayAsk({ key: [product, feature, ...(respondent ? [respondent] : [])].join('.'), every: Number(every), sample: Number(sample) }, storage())) return null
  const element = document.createElement('ballroom-feedback')
  for (const [name, value] of Object.entries(options)) if (value !== undefined && !NOT_PASSED.has(name)) element.setAttribute(attributeOf(name), value)
  element.setAttribute('placement', 'corner')
  document.body.append(element)
  return element
}

function attributeOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `load` (by default), `after:SECONDS`, or `event:NAME` for an event that the page sends to its window. */
function listen(when: string, run: () => void) {
  const [kind, what = ''] = when.split(':')
  if (kind === 'event') addEventListener(what, run)
  else setTimeout(run, kind === 'after' ? Number(what) * 1000 : 0)
}

const script = document.currentScript as HTMLScriptElement | null
const data = script?.dataset ?? {}
if (script && data['token'] && data['product']) {
  const options = { endpoint: new URL('/graphql', script.src).href, ...data } as Options
  const start = () => listen(data['when'] ?? 'load', () => ask(options))
  if (document.body) start()
  else addEventListener('DOMContentLoaded', start)
}

// Only if something waits: a page whose widget was never used sends nothing.
const resume = () => { if (queue.waiting.length > 0) void queue.flush() }
addEventListener('online', resume)
resume()

declare global {
  interface Window {
    Ballroom?: { ask: typeof ask }
  }
}
window.Ballroom = { ask }
