export interface WidgetChoice {
  origin: string
  product: string
  feature: string
  scale: string
  question: string
  when: string
  every: string
  sample: string
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** The tag for a page, with what differs from the defaults. */
export function scriptTag({ origin, product, feature, scale, question, when, every, sample }: WidgetChoice): string {
  const attributes: [string, string, string?][] = [
    ['src', `${origin}/widget.js`], ['data-token', 'YOUR_PUBLISHABLE_TOKEN'], ['data-product', product], ['data-feature', feature],
    ['data-scale', scale, 'csat'], ['data-question', question], ['data-when', when, 'load'], ['data-every', every, '90'], ['data-sample', sample, '1'],
  ]
  const written = attributes.filter(([, value, otherwise = '']) => value !== '' && value !== otherwise).map(([name, value]) => `  ${name}="${escaped(value)}"`)
  return `<script async\n${written.join('\n')}\n></script>`
}

export function reactUsage({ origin, product, feature, scale }: WidgetChoice): string {
  return `// index.html: <script src="${origin}/widget.js" async></script>
export function Feedback() {
  return <ballroom-feedback endpoint="${origin}/graphql" token="YOUR_PUBLISHABLE_TOKEN"
    product="${product}"${feature ? ` feature="${feature}"` : ''} scale="${scale}" />
}`
}
