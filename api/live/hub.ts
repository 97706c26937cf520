/** All clients of this process at /live: who follows what, who hears how things stand, and when each has to leave. */
import type { FastifyBaseLogger } from 'fastify'
import { RecentLog, type ReadRecorded } from '../../projections/changes/recent-log.ts'
import type { Topic } from '../../projections/changes/topics.ts'
import type { ProgressNotice } from '../../projections/live/progress.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { ProjectionState } from '../../projections/live/projection-states.ts'
import type { Position } from '../../store/commit/command.ts'
import { waitUntil } from '../../store/waiting/pause.ts'
import type { Principal } from '../http/access.ts'
import type { Metrics } from '../metrics.ts'
import type { Carrier, Moves } from './client.ts'
import { CLOSE, Connection } from './connection.ts'
import { PING_SECONDS, pingMessage, subscribedMessage, type SnapshotReason, type TopicStanding } from './frames.ts'
import type { Member } from './members.ts'
import { Places } from './places.ts'
import { StateFeed, type StateTopic } from './state-feed.ts'
import { Subscription } from './subscription.ts'
import { TopicFeed, type TopicFeedParts } from './topic-feed.ts'
import type { Wish } from './wish.ts'

const TICK_MS = 500
/** How often it is looked how far the projections are. */
const LOOK_MS = 1_000
/** A tick that comes so late was held up: time in which nothing ran is no silence of a client. */
const HELD_UP_MS = 5_000
/** One that is further behind than this hears of it every second. */
const BEHIND_SECONDS = 1
/** How long a stop waits for clients to take leave. */
const LEAVE_MS = 2_000

/** Where changes come from. */
export interface LiveSource {
  readonly topics: readonly Topic[]
  readonly states: readonly StateTopic[]
  readonly readRecorded: ReadRecorded
  /** Of the log, as the database has it now. */
  readonly head: () => Promise<Position>
  /** As this process knows it. */
  readonly knownHead: () => Position
  readonly projections: () => Promise<readonly ProjectionState[]>
  /** Called as a frame of a topic goes out, which covers what lies behind the one position, up to the other. */
  readonly pushed: (topic: string, stretch: { readonly after: Position; readonly to: Position }) => void
  /** Begins to report commits of projections. */
  readonly onNotice: (heard: (notice: ProgressNotice) => void) => void
}

export interface HubParts extends LiveSource {
  readonly release: string
  /** Connections at the same time. */
  readonly most: number
  readonly clock: () => number
  readonly monotonic: () => number
  readonly log: FastifyBaseLogger
  readonly metrics: Metrics | null
}

export interface Opened {
  readonly carrier: Carrier
  readonly principal: Principal | null
  readonly authorization: string | null
  readonly needsToken: boolean
  readonly find: (authorization: string) => Principal | null
}

export class Hub {
  readonly names: ReadonlySet<string>
  readonly #parts: HubParts
  readonly #feeds: ReadonlyMap<string, TopicFeed>
  readonly #states: ReadonlyMap<string, StateFeed>
  readonly #recent: RecentLog
  readonly #connections = new Set<Connection>()
  readonly #places: Places
  #projections: ReadonlyMap<string, ProjectionState> = new Map()
  #head: Position = 0
  #ticking: NodeJS.Timeout | null = null
  #tickedAt = -Infinity
  #lookedAt = -Infinity
  #looking = false
  #isClosed = false

  constructor(parts: HubParts) {
    const { topics, states, readRecorded, head, clock, monotonic, log, metrics } = parts
    this.#parts = parts
    this.#places = new Places(parts.most, this.#connections)
    this.#recent = new RecentLog(readRecorded)
    const shared = {
      ...{ clock, monotonic },
      snapshotMade: (reason: SnapshotReason) => metrics?.liveSnapshots.inc({ reason }),
      failed: (error: unknown) => log.warn({ err: error }, 'live changes cannot be read; trying again'),
    }
    const receivers = (): number => [...this.#feeds.values()].reduce((sum, feed) => sum + feed.receivers, 0)
    this.#feeds = new Map(
      topics.map((topic) => {
        const pushed: TopicFeedParts['pushed'] = (stretch) => parts.pushed(topic.name, stretch)
        return [topic.name, new TopicFeed({ ...shared, topic, log: this.#recent, head, receivers, pushed })]
      }),
    )
    this.#states = new Map(
      states.map((topic) => [topic.name, new StateFeed({ ...shared, topic, head: () => this.#newest() })]),
    )
    this.names = new Set([...this.#feeds.keys(), ...this.#states.keys()])
    parts.onNotice((notice) => this.#heard(notice))
  }

  /** Whether one more can be taken of this token; null: nobody is named, as where no tokens are needed. */
  hasPlaceFor(name: string | null): boolean {
    return !this.#isClosed && this.#places.has(name)
  }

  open(opened: Opened): Connection {
    const { monotonic, metrics } = this.#parts
    const connection: Connection = new Connection({
      ...opened,
      topics: this.names,
      now: monotonic(),
      hasPlaceFor: (name) => this.hasPlaceFor(name),
      wish: (wishing, wish) => this.wish(wishing, wish),
      roomy: () => this.#roomy(connection),
      ended: (leaving, code) => this.#ended(leaving, code),
    })
    if (opened.needsToken) this.#places.makeRoomForNameless()
    this.#connections.add(connection)
    metrics?.liveClients.inc({ carrier: opened.carrier.kind })
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
    return connection
  }

  /** The whole wish of a client, in place of the one before. */
  wish({ client }: Connection, { id, topics }: Wish): void {
    const { release, clock } = this.#parts
    const head = this.#newest()
    client.answer(subscribedMessage({ id, release, at: rfc3339(clock()), head, topics: [...topics.keys()] }))
    for (const subscription of [...client.subscriptions.values()]) {
      if (!topics.has(subscription.topic)) this.#leave({ client, subscription })
    }
    for (const [name, feed] of this.#states) {
      if (topics.has(name)) feed.join(client)
      else feed.leave(client)
    }
    for (const [name, wish] of topics) {
      const feed = this.#feeds.get(name)
      if (feed === undefined) continue
      const running = client.subscriptions.get(name)
      if (running !== undefined && wish.after === null) {
        running.limit = wish.limit
        continue
      }
      if (running !== undefined) this.#leave({ client, subscription: running })
      const subscription = new Subscription(name, wish)
      client.subscriptions.set(name, subscription)
      feed.join({ client, subscription })
    }
  }

  /** Ends the connections of those who are known by a token that is gone. */
  tokensChanged(): void {
    for (const connection of [...this.#connections]) {
      if (!connection.isStillKnown()) connection.close(CLOSE.unauthorized, 'the token has ended')
    }
  }

  /** Everybody is asked to come back; resolves when they are gone, or cut after 2 s. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#ticking !== null) clearInterval(this.#ticking)
    for (const feed of this.#feeds.values()) feed.stop()
    const leaving = [...this.#connections]
    for (const connection of leaving) connection.close(CLOSE.goingAway, 'shutdown')
    await waitUntil(() => leaving.every(({ carrier }) => carrier.isGone()), { everyMs: 10, withinMs: LEAVE_MS })
    for (const { carrier } of leaving) if (!carrier.isGone()) carrier.cut()
  }

  /** As far as anything has told. */
  #newest(): Position {
    return Math.max(this.#head, this.#parts.knownHead())
  }

  #leave({ client, subscription }: Member): void {
    client.subscriptions.delete(subscription.topic)
    this.#feeds.get(subscription.topic)?.leave(subscription)
  }

  #ended(connection: Connection, code: number): void {
    const { monotonic, log, metrics } = this.#parts
    const { client, carrier, principal, openedAt } = connection
    this.#connections.delete(connection)
    for (const subscription of [...client.subscriptions.values()]) this.#leave({ client, subscription })
    for (const feed of this.#states.values()) feed.leave(client)
    metrics?.liveClients.dec({ carrier: carrier.kind })
    const seconds = Math.round((monotonic() - openedAt) / 100) / 10
    const { frames, bytes } = client
    log.info({ carrier: carrier.kind, principal, seconds, frames, bytes, code }, 'a live connection ended')
    if (this.#connections.size > 0) return
    this.#recent.forget()
    if (this.#ticking === null) return
    clearInterval(this.#ticking)
    this.#ticking = null
  }

  #roomy({ client }: Connection): void {
    for (const { topic, owed } of client.subscriptions.values()) if (owed !== 'live') this.#feeds.get(topic)?.wake()
  }

  #heard({ projection, generation, position }: ProgressNotice): void {
    this.#head = Math.max(this.#head, position)
    for (const feed of this.#feeds.values()) if (feed.projection === projection) feed.heard({ generation, position })
  }

  #tick(): void {
    const now = this.#parts.monotonic()
    const isHeldUp = now - this.#tickedAt >= HELD_UP_MS
    this.#tickedAt = now
    for (const connection of [...this.#connections]) {
      // What came meanwhile is read before the next one.
      if (!isHeldUp) connection.look(now)
      if (now - connection.pingedAt >= PING_SECONDS * 1_000) this.#ping(connection, now)
    }
    for (const feed of this.#states.values()) void feed.look()
    if (now - this.#lookedAt < LOOK_MS || this.#looking) return
    this.#lookedAt = now
    void this.#look()
  }

  /** How the projections are; also finds what a notice that was lost would have told. */
  async #look(): Promise<void> {
    if (![...this.#feeds.values()].some(({ receivers }) => receivers > 0)) return
    this.#looking = true
    try {
      const before = this.#projections
      const states = await this.#parts.projections()
      this.#projections = new Map(states.map((state) => [state.name, state]))
      this.#head = states[0]?.head ?? this.#head
      const urgent = states.filter(({ name, state, lagSeconds }) => {
        const last = before.get(name)
        return lagSeconds > BEHIND_SECONDS || (last !== undefined && last.state !== state)
      })
      const names = new Set(urgent.map(({ name }) => name))
      for (const feed of this.#feeds.values()) {
        const state = this.#projections.get(feed.projection)
        if (state !== undefined) feed.heard(state)
      }
      if (names.size > 0) this.#pingThose(names)
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the state of the projections cannot be read; trying again')
    } finally {
      this.#looking = false
    }
  }

  #pingThose(projections: ReadonlySet<string>): void {
    const topics = [...this.#feeds].flatMap(([name, { projection }]) => (projections.has(projection) ? [name] : []))
    const now = this.#parts.monotonic()
    for (const connection of this.#connections) {
      if (topics.some((name) => connection.client.subscriptions.has(name))) this.#ping(connection, now)
    }
  }

  #ping(connection: Connection, now: number): void {
    const { client } = connection
    connection.pingedAt = now
    const topics: Record<string, TopicStanding> = {}
    const moves: Moves[] = []
    for (const [name, subscription] of client.subscriptions) {
      const feed = this.#feeds.get(name)
      if (feed === undefined) continue
      const place = feed.moved(subscription)
      const projection = this.#projections.get(feed.projection)
      const { lagEvents = 0, lagSeconds = 0 } = projection ?? {}
      const state = subscription.toldRebuilding ? 'replaying' : (projection?.state ?? 'live')
      topics[name] = { to: place.to, asOf: place.asOf, state, lagEvents, lagSeconds }
      moves.push({ subscription, place })
    }
    client.push(pingMessage({ at: rfc3339(this.#parts.clock()), head: this.#newest(), topics }), moves)
  }
}
