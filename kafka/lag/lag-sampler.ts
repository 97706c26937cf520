/**
 * Watches how far behind the readers are, for as long as somebody wants to know:
 *
 * idle --asked--> looking --done--> waiting (a second) --> looking ...
 * waiting --nobody asked for a minute--> idle
 *
 * What was seen before a look failed stays, and says how old it is. Every caller waits for a look, but not for a cluster
 * that is away.
 */
import { ClusterWatch } from './cluster-watch.ts'
import type { ClusterLook } from './cluster-look.ts'
import { groupLag } from './group-lag.ts'
import {
  ageOf,
  lagReport,
  partitionKey,
  readerLag,
  unknownReader,
  type Histories,
  type LagReport,
  type LogLook,
  type Now,
  type Reach,
  type ReaderLag,
} from './lag-report.ts'
import { shownTopics, type ShownTopic } from './shown-topics.ts'
import { withSample, type Sample } from './lag.ts'
import type { KafkaSettings } from '../settings.ts'
import { atMost } from '../../store/waiting/pause.ts'

export interface LagSamplerParts {
  /** Null: there is no Kafka, and only the readers of the log are watched. */
  readonly kafka: KafkaSettings | null
  /**
   * What of the log each reader has done; rejects when the database cannot tell. `clusterId`: null while not known. Null:
   * there is no database here, and only the cluster is watched.
   */
  readonly readers: ((clusterId: string | null) => Promise<LogLook>) | null
  /** Milliseconds since 1970: for what says itself when it was written. */
  readonly clock: () => number
  /** Milliseconds by a clock that never goes back: for every age and pause. */
  readonly monotonic: () => number
}

export interface ClusterReport {
  readonly kafka: Reach
  readonly clusterId: string | null
  readonly controller: number | null
  readonly brokers: ClusterLook['brokers']
  readonly topics: readonly ShownTopic[]
}

const EVERY_MS = 1_000
/** Nobody has asked for so long: then nobody looks. */
const WATCHED_MS = 60_000
/** What is shown is not older than that, as long as the cluster answers. */
const FRESH_MS = 1_500
/** So long an answer waits for a look. */
const PATIENCE_MS = 3_000
/** What the database has not answered by then it does not answer. */
const READERS_MS = 8_000

export class LagSampler {
  readonly #parts: LagSamplerParts
  readonly #cluster: ClusterWatch | null
  #readers: { readonly at: number; readonly look: LogLook } | null = null
  #readersFailure: Error | null = null
  readonly #ofReaders = new Map<string, readonly Sample[]>()
  #round: Promise<void> | null = null
  #lastRound = -Infinity
  #askedAt = -Infinity
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(parts: LagSamplerParts) {
    const { kafka, monotonic } = parts
    this.#parts = parts
    this.#cluster = kafka === null ? null : new ClusterWatch({ kafka, monotonic })
  }

  /** Rejects when nothing could be seen, neither the cluster nor the database. */
  async report(): Promise<LagReport> {
    await this.#asked()
    const cluster = this.#cluster
    if (this.#readersFailure !== null && this.#readers === null && (cluster?.last ?? null) === null)
      throw this.#readersFailure
    const now = this.#now()
    const ground = {
      ...{ prefix: this.#parts.kafka?.prefix ?? '', topics: cluster?.last?.look.topics ?? [] },
      ...{ histories: this.#histories(), waits: this.#waits(), now },
    }
    const report = lagReport({
      kafka: this.#reach(),
      log: this.#logReach(now),
      groups: (cluster?.groups() ?? []).map((group) => groupLag(group, ground)),
      readers: this.#readerRows(now),
    })
    return (cluster?.unseenGroups ?? 0) > 0 ? { ...report, settled: false } : report
  }

  async cluster(): Promise<ClusterReport> {
    await this.#asked()
    const { kafka } = this.#parts
    const last = this.#cluster?.last ?? null
    if (this.#cluster === null || last === null || kafka === null) {
      return { kafka: this.#reach(), clusterId: null, controller: null, brokers: [], topics: [] }
    }
    const { clusterId, controller, brokers } = last.look
    const topics = shownTopics(last.look, this.#cluster.details, this.#histories(), kafka.prefix)
    return { kafka: this.#reach(), clusterId, controller, brokers, topics }
  }

  /** One look, and no more after it: for metrics, which come by themselves. */
  async once(): Promise<LagReport> {
    const asked = this.#askedAt
    try {
      return await this.report()
    } finally {
      if (asked < this.#parts.monotonic() - WATCHED_MS) this.#askedAt = -Infinity
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#cluster?.stop()
    await this.#round
  }

  async #asked(): Promise<void> {
    const now = this.#parts.monotonic()
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
      this.#lastRound = this.#parts.monotonic()
      if (this.#stopped || this.#lastRound - this.#askedAt > WATCHED_MS) return
      this.#timer = setTimeout(() => this.#begin(), EVERY_MS)
      this.#timer.unref()
    })
  }

  /** Never rejects: what failed is in the report. */
  async #lookAtAll(): Promise<void> {
    const known = this.#clusterId !== null
    await Promise.all([this.#lookAtReaders(), this.#cluster?.look()])
    // Which relay is ours is known with the cluster; anyone who looks but once wants to see it as well.
    if (!known && this.#clusterId !== null) await this.#lookAtReaders()
  }

  get #clusterId(): string | null {
    return this.#cluster?.last?.look.clusterId ?? null
  }

  async #lookAtReaders(): Promise<void> {
    const { readers } = this.#parts
    if (readers === null) return
    let look: LogLook | null = null
    try {
      const reading = readers(this.#clusterId).then((found) => (look = found))
      await atMost(READERS_MS, reading)
      if (look === null) throw new Error(`no answer of the database within ${String(READERS_MS / 1_000)} s`)
      this.#readersFailure = null
      this.#noteReaders(look)
    } catch (error) {
      this.#readersFailure = error instanceof Error ? error : new Error(String(error))
    }
  }

  #noteReaders(look: LogLook): void {
    const at = this.#parts.monotonic()
    const { readers: rows } = look
    this.#readers = { at, look }
    for (const { name, position, head } of rows) {
      this.#ofReaders.set(name, withSample(this.#ofReaders.get(name) ?? [], { at, position, end: head }))
    }
    const names = new Set(rows.map(({ name }) => name))
    for (const name of this.#ofReaders.keys()) if (!names.has(name)) this.#ofReaders.delete(name)
  }

  #readerRows(now: Now): readonly ReaderLag[] {
    const { look, at = null } = this.#readers ?? {}
    const rows = look?.readers ?? []
    const shown = rows.map((reader) => readerLag(reader, { histories: this.#histories(), seenAt: at, now }))
    const relayUnknown = this.#cluster !== null && this.#readers !== null && !rows.some(({ kind }) => kind === 'relay')
    const why = 'which cluster it publishes to is not known while Kafka does not answer'
    return relayUnknown ? [unknownReader('relay', 'relay', why), ...shown] : shown
  }

  #waits(): ReadonlyMap<string, string> {
    const waits = this.#readers?.look.waits ?? []
    return new Map(
      waits.map(({ topic, partition, waitsFor, since }) => [
        partitionKey(topic, partition),
        `since ${since} the next command ${waitsFor}`,
      ]),
    )
  }

  #reach(): Reach {
    const cluster = this.#cluster
    if (cluster === null) return { state: 'not-configured', ageSeconds: null, detail: null }
    const ageSeconds = ageOf(cluster.last?.at ?? null, this.#now())
    const old = ageSeconds === null || ageSeconds * 1_000 > EVERY_MS + PATIENCE_MS
    if (cluster.failure !== null || old)
      return { state: 'unreachable', ageSeconds, detail: cluster.failure ?? 'no answer yet' }
    const { missing } = cluster.details
    return {
      state: 'connected',
      ageSeconds,
      detail: missing.length === 0 ? null : `not to be seen: ${missing.join('; ')}`,
    }
  }

  #logReach(now: Now): Reach {
    if (this.#parts.readers === null) return { state: 'not-configured', ageSeconds: null, detail: null }
    const ageSeconds = ageOf(this.#readers?.at ?? null, now)
    if (this.#readersFailure === null && ageSeconds !== null) return { state: 'connected', ageSeconds, detail: null }
    return { state: 'unreachable', ageSeconds, detail: this.#readersFailure?.message ?? 'no answer yet' }
  }

  #now(): Now {
    return { monotonic: this.#parts.monotonic(), time: this.#parts.clock() }
  }

  #histories(): Histories {
    const nothing = { groups: new Map(), ends: new Map(), peeked: new Map() }
    return { ...(this.#cluster?.histories() ?? nothing), readers: this.#ofReaders }
  }
}
