/** Responses on their way: kept until the server has them, sent once (each has an id that the server knows again). */

export interface Sending {
  endpoint: string
  token: string
  input: { externalId: string; [field: string]: unknown }
  at: number
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
type Outcome = 'taken' | 'refused' | 'later'

const KEY = 'ballroom.queue'
const MOST = 50
const OLDEST = 30 * 86_400_000
const LATER = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE', 'TIMEOUT', 'INTERNAL'])
const MUTATION = 'mutation($input:SubmitFeedbackInput!){submitFeedback(input:$input){outcome userErrors{code}}}'

export class Queue {
  private memory: Sending[] = []
  private sending: Promise<void> | null = null

  constructor(private readonly store: Store | null, private readonly post: typeof fetch = fetch.bind(globalThis)) {}

  get waiting(): Sending[] {
    if (!this.store) return this.memory
    try {
      return JSON.parse(this.store.getItem(KEY) ?? '[]') as Sending[]
    } catch {
      return []
    }
  }

  async add(sending: Sending): Promise<void> {
    this.keep([...this.waiting, sending].slice(-MOST))
    await this.flush()
  }

  /** Sends what waits, one after another; what cannot be sent now waits for the next time. */
  flush(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => { this.sending = null })
    return this.sending
  }

  private async sendAll() {
    for (const one of this.waiting) {
      const outcome = Date.now() - one.at > OLDEST ? 'refused' : await this.send(one)
      if (outcome === 'later') return
      this.keep(this.waiting.filter(({ input }) => input.externalId !== one.input.externalId))
    }
  }

  private async send({ endpoint, token, input }: Sending): Promise<Outcome> {
    try {
      const response = await this.post(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: MUTATION, variables: { input } }),
        keepalive: true,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
      })
      const { data, errors } = (await response.json()) as { data?: { submitFeedback?: { outcome: string | null } }; errors?: { extensions?: { code?: string } }[] }
      if (errors?.some(({ extensions }) => LATER.has(extensions?.code ?? ''))) return 'later'
      return data?.submitFeedback?.outcome ? 'taken' : 'refused'
    } catch {
      return 'later'
    }
  }

  private keep(all: Sending[]) {
    this.memory = all
    if (all.length > 0) this.store?.setItem(KEY, JSON.stringify(all))
    else this.store?.removeItem(KEY)
  }
}
