import { createClient, type Client } from 'graphql-ws'
import { stringifyDocument } from 'urql'
import type { ResultOf } from './graphql'
import { AnnouncementChanged, FeedbackReceived, IncidentChanged, NotificationReceived, ReleaseChanged, VerdictChanged } from './live.query'
import { sessionIsOver } from './auth'
import { ENDPOINT } from './client'

export type Feedback = ResultOf<typeof FeedbackReceived>['feedbackReceived']
export type Incident = ResultOf<typeof IncidentChanged>['incidentChanged']
export type Release = ResultOf<typeof ReleaseChanged>['releaseChanged']
export type Announcement = ResultOf<typeof AnnouncementChanged>['announcementChanged']
export type Notification = ResultOf<typeof NotificationReceived>['notificationReceived']
export type VerdictChange = ResultOf<typeof VerdictChanged>['verdictChanged']

export type LiveEvent = { id: number; at: number } & (
  | { kind: 'feedback'; feedback: Feedback }
  | { kind: 'incident'; incident: Incident }
  | { kind: 'release'; release: Release }
  | { kind: 'announcement'; announcement: Announcement }
  | { kind: 'notification'; notification: Notification }
  | { kind: 'verdict'; change: VerdictChange }
)
type Content<Event> = Event extends unknown ? Omit<Event, 'id' | 'at'> : never
type NewEvent = Content<LiveEvent>

export type Topic = LiveEvent['kind']
export type Connection = 'connecting' | 'connected' | 'lost'

const KEPT = 200
const FORBIDDEN = 4403
/** From one sign of life to the next, and how long one may take to come: a connection may be lost without a word. */
const PING = 10_000
const PATIENCE = 5_000

/**
 * What happens, as it happens. Each subscription goes on after the cursor of its last event when a lost connection
 * comes back, so nothing is lost and nothing is told twice.
 */
export class Live {
  connection: Connection = 'connecting'
  events: LiveEvent[] = []
  private readonly client: Client
  private readonly listeners = new Set<() => void>()
  private readonly followers = new Set<(event: LiveEvent) => void>()
  private count = 0
  private waiting: ReturnType<typeof setTimeout> | undefined
  private readonly hangUp = () => this.client.terminate()

  constructor(cursor: string | null) {
    this.client = createClient({
      url: new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (attempt) => new Promise((done) => setTimeout(done, Math.min(500 * 2 ** attempt, 10_000))),
      keepAlive: PING,
      on: {
        connected: () => this.connect('connected'),
        ping: (received) => {
          if (!received) this.waiting = setTimeout(this.hangUp, PATIENCE)
        },
        pong: () => clearTimeout(this.waiting),
        closed: (event) => {
          clearTimeout(this.waiting)
          if ((event as CloseEvent).code === FORBIDDEN) sessionIsOver()
          else this.connect('lost')
        },
      },
    })
    addEventListener('offline', this.hangUp)
    this.follow(stringifyDocument(FeedbackReceived), cursor, (data: ResultOf<typeof FeedbackReceived>) => ({ kind: 'feedback', feedback: data.feedbackReceived }))
    this.follow(stringifyDocument(IncidentChanged), cursor, (data: ResultOf<typeof IncidentChanged>) => ({ kind: 'incident', incident: data.incidentChanged }))
    this.follow(stringifyDocument(ReleaseChanged), cursor, (data: ResultOf<typeof ReleaseChanged>) => ({ kind: 'release', release: data.releaseChanged }))
    this.follow(stringifyDocument(AnnouncementChanged), cursor, (data: ResultOf<typeof AnnouncementChanged>) => ({ kind: 'announcement', announcement: data.announcementChanged }))
    this.follow(stringifyDocument(NotificationReceived), cursor, (data: ResultOf<typeof NotificationReceived>) => ({ kind: 'notification', notification: data.notificationReceived }))
    this.follow(stringifyDocument(VerdictChanged), null, (data: ResultOf<typeof VerdictChanged>) => ({ kind: 'verdict', change: data.verdictChanged }))
  }

  close() {
    removeEventListener('offline', this.hangUp)
    clearTimeout(this.waiting)
    void this.client.dispose()
    this.listeners.clear()
    this.followers.clear()
  }

  /** Tells of every change of the connection and of the events. */
  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  onEvent(follower: (event: LiveEvent) => void) {
    this.followers.add(follower)
    return () => this.followers.delete(follower)
  }

  private follow<Data>(query: string, start: string | null, read: (data: Data) => NewEvent) {
    let after = start
    // The payload is written anew for each connection: by then `after` is the cursor of the last event.
    const payload = { query, get variables() { return after ? { after } : {} } }
    this.client.subscribe<Data, { cursor?: string }>(payload, {
      next: ({ data, extensions }) => {
        if (extensions?.cursor) after = extensions.cursor
        if (data) this.add(read(data))
      },
      // Refused, as for a reader who may not see this kind of event: the other subscriptions go on.
      error: () => undefined,
      complete: () => undefined,
    })
  }

  private add(event: NewEvent) {
    const whole = { ...event, id: ++this.count, at: Date.now() } as LiveEvent
    // What a notification tells is an event itself.
    if (whole.kind !== 'notification') this.events = [whole, ...this.events].slice(0, KEPT)
    this.followers.forEach((follower) => follower(whole))
    this.notify()
  }

  private connect(connection: Connection) {
    this.connection = connection
    this.notify()
  }

  private notify() {
    this.listeners.forEach((listener) => listener())
  }
}
