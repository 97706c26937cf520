/**
 * Watches how far behind the readers are, for as long as somebody wants to know:
 *
 * idle --asked--> looking --done--> waiting (a second) --> looking ...
 * waiting --nobody asked for a minute--> idle
 *
 * A look that fails makes the connection anew; what was seen before stays, and says how old it is. Whoever asks waits
 * for a look, but not for a cluster that is away.
 *
 * Longer than 300 lines because the states above are one machine.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { lookAtCluster, type ClusterLook } from './cluster-look.ts'
import { kafkaClient, silentLog } from '../client/connection.ts'
import { secondsBehind, withSample, type Sample } from './lag.ts'
import {
  groupLag,
  lagReport,
  partitionKey,
  readerLag,
  shownTopics,
  type Histories,
  type KafkaReach,
  type LagReport,
  type LogReader,
  type ShownTopic,
  type TopicDetails,
} from './lag-report.ts'
import { PartitionReader } from '../client/partition-reader.ts'
import type { KafkaSettings } from '../settings.ts'
import { atMost } from '../../store/waiting/pause.ts'

export interface LagSamplerParts {
  /** Null: there is no Kafka, and only the readers of the log are watched. */
  readonly kafka: KafkaSettings | null
  /** What of the log each reader has done; rejects when the database cannot tell. `clusterId`: null while not known. */
  readonly readers: (clusterId: string | null) => Promise<readonly LogReader[]>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export interface ClusterReport {
  readonly kafka: KafkaReach
  readonly clusterId: string | null
  readonly controller: number | null
  readonly brokers: ClusterLook['brokers']
  readonly topics: readonly ShownTopic[]
}

const EVERY_MS = 1_000
/** Nobody has asked for so long: then nobody looks. */
const WATCHED_MS = 60_000
/** What is told is not older than that, as long as the cluster answers. */
const FRESH_MS = 1_500
/** So long an answer waits for a look. */
const PATIENCE_MS = 3_000
/** Then a look is given up, and its connections with it. */
const LOOK_MS = 8_000
/** Sizes and settings change slowly. */
const DETAILS_MS = 10_000
/** Records whose time is looked up in one look: each answer holds a whole batch. */
const MOST_LOOKED_UP = 50

interface Connection {
  readonly admin: Admin
  readonly reader: PartitionReader
}

export class LagSampler {
  readonly #parts: LagSamplerParts
  #connection: Connection | null = null
  #look: { readonly at: number; readonly look: ClusterLook } | null = null
  #failure: string | null = null
  #readers: readonly LogReader[] = []
  #readersFailure: Error | null = null
  #details: TopicDetails & { readonly at: number } = { at: -Infinity, sizes: new Map(), retention: new Map() }
  readonly #groups = new Map<string, readonly Sample[]>()
  readonly #ends = new Map<string, readonly Sample[]>()
  readonly #ofReaders = new Map<string, readonly Sample[]>()
  readonly #written = new Map<string, { readonly offset: number; readonly at: number }>()
  #round: Promise<void> | null = null
  #lastRound = -Infinity
  #askedAt = -Infinity
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(parts: LagSamplerParts) {
    this.#parts = parts
  }

  /** Rejects when the database cannot tell how far the readers are. */
  async report(): Promise<LagReport> {
    await this.#asked()
    if (this.#readersFailure !== null) throw this.#readersFailure
    const histories = this.#histories()
    const now = this.#parts.clock()
    return lagReport({
      kafka: this.#reach(),
      groups: (this.#look?.look.groups ?? []).map((group) => groupLag(group, histories, now)),
      readers: this.#readers.map((reader) => readerLag(reader, histories)),
    })
  }

  async cluster(): Promise<ClusterReport> {
    await this.#asked()
    const { kafka } = this.#parts
    if (this.#look === null || kafka === null) {
      return { kafka: this.#reach(), clusterId: null, controller: null, brokers: [], topics: [] }
    }
    const { look } = this.#look
    const { clusterId, controller, brokers } = look
    const topics = shownTopics(look, this.#details, this.#histories(), kafka.prefix)
    return { kafka: this.#reach(), clusterId, controller, brokers, topics }
  }

  /** One look, and no more after it: for metrics, which come by themselves. */
  async once(): Promise<LagReport> {
    const asked = this.#askedAt
    try {
      return await this.report()
    } finally {
      if (asked < this.#parts.clock() - WATCHED_MS) this.#askedAt = -Infinity
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#disconnect()
    await this.#round
  }

  async #asked(): Promise<void> {
    const now = this.#parts.clock()
    this.#askedAt = now
    if (this.#round === null && now - this.#lastRound > FRESH_MS) this.#begin()
    if (this.#round === null) return
    await atMost(PATIENCE_MS, this.#round)
  }

  #begin(): void {
    if (this.#stopped || this.#round !== null) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#round = this.#lookAtAll().finally(() => {
      this.#round = null
      this.#lastRound = this.#parts.clock()
      if (this.#stopped || this.#lastRound - this.#askedAt > WATCHED_MS) return
      this.#timer = setTimeout(() => this.#begin(), EVERY_MS)
      this.#timer.unref()
    })
  }

  /** Never rejects: what failed is told to whoever asks. */
  async #lookAtAll(): Promise<void> {
    const known = this.#look !== null
    await Promise.all([this.#lookAtReaders(), this.#lookAtKafka()])
    // Which relay is ours is known with the cluster; whoever looks but once wants to see it as well.
    if (!known && this.#look !== null) await this.#lookAtReaders()
  }

  async #lookAtReaders(): Promise<void> {
    try {
      this.#readers = await this.#parts.readers(this.#look?.look.clusterId ?? null)
      this.#readersFailure = null
    } catch (error) {
      this.#readersFailure = error instanceof Error ? error : new Error(String(error))
      return
    }
    const at = this.#parts.clock()
    for (const { name, position, head } of this.#readers) note(this.#ofReaders, name, { at, position, end: head })
    keepOnly(this.#ofReaders, new Set(this.#readers.map(({ name }) => name)))
  }

  async #lookAtKafka(): Promise<void> {
    const { kafka } = this.#parts
    if (kafka === null) return
    const given = new AbortController()
    const deadline = delay(LOOK_MS, undefined, { signal: given.signal }).then(() => {
      throw new Error(`no answer within ${String(LOOK_MS / 1_000)} s`)
    })
    // Whichever comes second is nobody's business any more.
    deadline.catch(() => undefined)
    try {
      await Promise.race([this.#lookOnce(kafka), deadline])
      this.#failure = null
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
      void this.#disconnect()
    } finally {
      given.abort()
    }
  }

  async #lookOnce(kafka: KafkaSettings): Promise<void> {
    const { clock } = this.#parts
    const connection = await this.#connected(kafka)
    const { prefix } = kafka
    const look = await lookAtCluster({ ...connection, prefix })
    const at = clock()
    this.#note(look, at)
    await this.#lookUpTimes(connection.reader, look)
    if (at - this.#details.at > DETAILS_MS) await this.#readDetails(connection, look, at)
    this.#look = { at, look }
  }

  async #connected(kafka: KafkaSettings): Promise<Connection> {
    if (this.#connection !== null) return this.#connection
    const options = { clientId: 'lag', log: silentLog }
    const connection = { admin: kafkaClient(kafka, options).admin(), reader: new PartitionReader(kafka, options) }
    this.#connection = connection
    await Promise.all([connection.admin.connect(), connection.reader.connect()])
    return connection
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    if (connection === null) return
    await Promise.allSettled([connection.admin.disconnect(), connection.reader.disconnect()])
  }

  #note(look: ClusterLook, at: number): void {
    const bounds = new Map<string, { readonly start: number; readonly end: number }>()
    for (const { name, partitions } of look.topics) {
      for (const { partition, start, end } of partitions) {
        bounds.set(partitionKey(name, partition), { start, end })
        note(this.#ends, partitionKey(name, partition), { at, position: end, end })
      }
    }
    const keys = new Set<string>()
    for (const { group, partitions } of look.groups) {
      for (const { topic, partition, committed } of partitions) {
        const { start, end } = bounds.get(partitionKey(topic, partition)) ?? { start: 0, end: 0 }
        const key = partitionKey(topic, partition, group)
        keys.add(key)
        // What is not there any more cannot be read, and is not behind.
        note(this.#groups, key, { at, position: Math.min(end, Math.max(start, committed ?? start)), end })
      }
    }
    keepOnly(this.#ends, new Set(bounds.keys()))
    keepOnly(this.#groups, keys)
    keepOnly(this.#written, keys)
  }

  /** When the oldest unread record was written, where it came before we looked. */
  async #lookUpTimes(reader: PartitionReader, look: ClusterLook): Promise<void> {
    const now = this.#parts.clock()
    const unknown = look.groups.flatMap(({ group, partitions }) =>
      partitions.flatMap(({ topic, partition }) => {
        const key = partitionKey(topic, partition, group)
        const samples = this.#groups.get(key) ?? []
        const offset = samples.at(-1)?.position ?? 0
        const told = secondsBehind(samples, now) !== null || this.#written.get(key)?.offset === offset
        return told ? [] : [{ key, topic, partition, offset }]
      }),
    )
    for (const { key, topic, partition, offset } of unknown.slice(0, MOST_LOOKED_UP)) {
      const { records } = await reader.fetch(topic, partition, offset, { wait: 0, bytes: 1 })
      const at = records[0]?.timestamp ?? 0
      if (at > 0) this.#written.set(key, { offset, at })
    }
  }

  async #readDetails({ admin, reader }: Connection, { topics }: ClusterLook, at: number): Promise<void> {
    const [sizes, { resources }] = await Promise.all([
      // A user without the right to see them sees the rest.
      reader.sizes(topics).catch(() => new Map<string, number>()),
      admin.describeConfigs({
        resources: topics.map(({ name }) => ({ type: TOPIC, name, configNames: ['retention.ms'] })),
        includeSynonyms: false,
      }),
    ])
    const retention = resources.map(({ resourceName, configEntries }) => {
      const ms = Number(configEntries[0]?.configValue ?? NaN)
      return [resourceName, ms >= 0 ? ms : null] as const
    })
    this.#details = { at, sizes, retention: new Map(retention) }
  }

  #reach(): KafkaReach {
    if (this.#parts.kafka === null) return { state: 'not-configured', ageSeconds: null, detail: null }
    const seen = this.#look?.at ?? null
    const ageSeconds = seen === null ? null : Math.round((this.#parts.clock() - seen) / 100) / 10
    const old = ageSeconds === null || ageSeconds * 1_000 > EVERY_MS + PATIENCE_MS
    if (this.#failure === null && !old) return { state: 'connected', ageSeconds, detail: null }
    return { state: 'unreachable', ageSeconds, detail: this.#failure ?? 'no answer yet' }
  }

  #histories(): Histories {
    return { groups: this.#groups, ends: this.#ends, readers: this.#ofReaders, written: this.#written }
  }
}

/** Of kafkajs' ConfigResourceTypes, an enum that exists only for the compiler in its types. */
const TOPIC = 2

/** That the cluster is away is told in the report, not every second in the log. */

function note(histories: Map<string, readonly Sample[]>, key: string, sample: Sample): void {
  histories.set(key, withSample(histories.get(key) ?? [], sample))
}

function keepOnly(histories: Map<string, unknown>, keys: ReadonlySet<string>): void {
  for (const key of histories.keys()) if (!keys.has(key)) histories.delete(key)
}
