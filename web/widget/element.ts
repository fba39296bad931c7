import { Queue } from './queue'
import { SCALES, type Level, type ScaleLook } from './scales'
import { STYLE } from './style'
import { storage } from './timing'

export const queue = new Queue(storage())

/** Elements without markup in strings: nothing of a page can become code here. */
function make<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

const RESPONDENT = 'ballroom.respondent'

/** The page's own id of who responds, else a random one of this browser, made when it is first needed. */
function respondent(given: string | null): string {
  if (given) return given
  const store = storage()
  const known = store?.getItem(RESPONDENT)
  if (known) return known
  const made = crypto.randomUUID()
  store?.setItem(RESPONDENT, made)
  return made
}

/**
 * `<ballroom-feedback token="…" product="shop" feature="search" scale="csat">`: one question about a feature.
 * It sends nothing before somebody has chosen a rating, and then one response.
 */
export class BallroomFeedback extends HTMLElement {
  private chosen: number | null = null
  /** Who leaves the page after choosing a rating has responded. */
  private readonly leave = () => this.send()
  private sent = false
  private status = make('p', { role: 'status', class: 'hush' })
  private comment = make('textarea', { rows: '2' })

  connectedCallback() {
    if (this.shadowRoot) return
    const root = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    this.draw(root)
    addEventListener('pagehide', this.leave)
  }

  disconnectedCallback() {
    removeEventListener('pagehide', this.leave)
  }

  /** Closes; a rating that was chosen and not yet sent is sent. */
  close() {
    this.send()
    this.dispatchEvent(new CustomEvent('ballroom-close', { bubbles: true }))
    if (this.text('placement') === 'corner') this.remove()
    else this.hidden = true
  }

  private text(name: string, otherwise = ''): string {
    return this.getAttribute(name) ?? otherwise
  }

  private get look(): ScaleLook {
    return SCALES[this.text('scale', 'csat')] ?? (SCALES['csat'] as ScaleLook)
  }

  private draw(root: ShadowRoot) {
    const { look } = this
    const question = this.text('question') || look.question(this.text('feature-name') || this.text('feature') || 'it')
    const corner = this.text('placement') === 'corner'
    const levels = make('div', { class: 'levels' }, ...look.levels.map((level) => this.level(level)))
    const low = this.text('low', look.low)
    const high = this.text('high', look.high)
    const fields = make('fieldset', {}, make('legend', {}, question), levels)
    if (low || high) fields.append(make('div', { class: 'ends', 'aria-hidden': 'true' }, make('span', {}, low), make('span', {}, high)))
    const section = make('section', { class: this.text('scale', 'csat'), 'aria-label': question, ...(corner ? { role: 'dialog' } : {}) }, fields, this.more())
    if (corner) {
      const close = make('button', { class: 'close', type: 'button', 'aria-label': this.text('close-label', 'Close') }, '×')
      close.addEventListener('click', () => this.close())
      section.append(close)
    }
    section.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.close() })
    root.append(section, this.status)
    if (corner) setTimeout(() => { this.status.textContent = question }, 300)
  }

  private level({ rating, face, name }: Level) {
    const input = make('input', { type: 'radio', name: 'rating', value: String(rating), 'aria-label': name })
    input.addEventListener('change', () => this.choose(rating))
    return make('label', { class: 'level' }, input, make('span', { 'aria-hidden': 'true' }, face))
  }

  private more() {
    const send = make('button', { class: 'send', type: 'button' }, this.text('send-label', 'Send'))
    send.addEventListener('click', () => this.send())
    const label = this.text('comment-label', 'What should we know? (optional)')
    const asked = this.text('comment') === 'off' ? [] : [make('label', {}, label, this.comment)]
    return make('div', { class: 'more', hidden: '' }, ...asked, send)
  }

  private choose(rating: number) {
    this.chosen = rating
    this.shadowRoot?.querySelector('.more')?.removeAttribute('hidden')
  }

  private send() {
    if (this.sent || this.chosen === null) return
    this.sent = true
    const comment = this.comment.value.trim()
    const input = {
      product: this.text('product'),
      scale: this.text('scale', 'csat'),
      rating: this.chosen,
      channel: this.text('channel', 'widget'),
      externalId: crypto.randomUUID(),
      respondent: respondent(this.getAttribute('respondent')),
      ...(this.text('feature') ? { feature: this.text('feature') } : {}),
      ...(this.text('release') ? { release: this.text('release') } : {}),
      ...(comment ? { comment } : {}),
    }
    if (!this.hasAttribute('preview')) void queue.add({ endpoint: this.text('endpoint', '/graphql'), token: this.text('token'), input, at: Date.now() })
    this.dispatchEvent(new CustomEvent('ballroom-sent', { bubbles: true, detail: { rating: this.chosen, comment } }))
    this.thank()
  }

  private thank() {
    const thanks = this.text('thanks', 'Thank you.')
    const section = this.shadowRoot?.querySelector('section')
    section?.querySelector('fieldset')?.remove()
    section?.querySelector('.more')?.replaceWith(make('p', { class: 'thanks' }, thanks))
    this.status.textContent = thanks
    if (this.text('placement') === 'corner') setTimeout(() => this.remove(), 4000)
  }
}

if (!customElements.get('ballroom-feedback')) customElements.define('ballroom-feedback', BallroomFeedback)
