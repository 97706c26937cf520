/**
 * Publishes the log: every event goes to the topic of its stream, at least once, in one process at a time
 * (store/log/under-lease.ts). It waits while Kafka, its topics or the database are away, and is broken at a gap in the log
 * and when too many sends never end.
 *
 * A term (relay-term.ts) has producers of its own and begins at the checkpoints, one for each topic: a topic that refuses
 * holds back itself alone. The checkpoints follow the acknowledgements, by compare-and-set. So whatever goes wrong, what was
 * not acknowledged, or is not known to be, is sent again, and no record of a partition is first written before all those in
 * front of it are. A relay that lost its lease in its sleep may write duplicates when it wakes, until it finds its checkpoint
 * moved; readers go by positions.
 */
import { readLags } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import {
  explainFailure,
  type Failure,
  type LeasedWorker,
  type Term,
  underLease,
  type WorkerLog,
} from '../../store/log/under-lease.ts'
import type { Admin } from 'kafkajs'
import { isKafkaError, kafkaFailure } from '../client/kafka-failure.ts'
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import { pause, untilAborted } from '../../store/waiting/pause.ts'
import { RateMeter } from '../../store/waiting/rate-meter.ts'
import type { Topic, TopicName } from '../topics/topics.ts'
import { findRelayTarget, missingTopics, publishedTopics, topicReaders } from './relay-target.ts'
import { runTerm } from './relay-term.ts'
import type { TermParts } from './term.ts'
import { CheckedSender } from '../client/checked-sender.ts'

export interface RelayParts extends TermParts {
  /** Unique to this process. */
  readonly owner: string
  readonly log: WorkerLog
  readonly monotonic: () => number
  /** Told where the events stand that were acknowledged. */
  readonly published?: (positions: readonly Position[]) => void
}

export interface RelayFigures {
  /** Everything up to here is published, to all topics. */
  readonly position: Position
  readonly lagEvents: number
  /** Age of the oldest event that is not published; 0: none. */
  readonly oldestSeconds: number
  /** Events published by this process since it started. */
  readonly published: number
  /** In the last seconds. */
  readonly eventsPerSecond: number
}

/** How often it is looked how far behind the relay is, this one or another. */
const MEASURE_MS = 500
/** Events a second are averaged over this long. */
const RATE_MS = 5_000

export class Relay {
  readonly #parts: RelayParts
  readonly #stopping = new AbortController()
  readonly #sender: CheckedSender
  readonly #trying: CheckedSender
  readonly #heldBack = new Map<TopicName, string>()
  readonly #rate: RateMeter
  #worker: LeasedWorker | null = null
  #measuring: Promise<void> = Promise.resolve()
  #figures: RelayFigures | null = null
  /** Of the checkpoint and the lease; null: it has to be asked which cluster this is. */
  #reader: string | null = null
  #published = 0

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#sender = new CheckedSender(parts.kafka)
    this.#trying = new CheckedSender(parts.kafka)
    this.#rate = new RateMeter({ now: parts.monotonic, windowMs: RATE_MS, from: 0 })
  }

  /** Begins to stand by. Nothing needs to be reachable. */
  start(): void {
    const { pool, owner, log } = this.#parts
    this.#worker = underLease({
      ...{ pool, owner, log, who: 'the relay' },
      lease: async () => (this.#reader ??= await this.#findReader()),
      term: (term) => this.#publish(term),
      explain: (error) => this.#explain(error),
    })
    this.#measuring = this.#measure()
  }

  /** Resolves when what is under way is acknowledged (or a second is over) and the lease is given back. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#worker?.stop(), this.#measuring])
  }

  health(): Health {
    const health = this.#worker?.health() ?? STOPPED
    if (health.state !== 'working' || this.#heldBack.size === 0) return health
    const state = this.#heldBack.size < publishedTopics.length ? 'working' : 'waiting'
    return { state, reason: [...this.#heldBack.values()].join('; ') }
  }

  /** Null until it is known which cluster this is. Figures of all processes but the one that publishes may be old. */
  figures(): RelayFigures | null {
    return this.#figures
  }

  async #findReader(): Promise<string> {
    return this.#asAdmin(async (admin) => (await findRelayTarget(admin, this.#parts.prefix)).reader)
  }

  async #asAdmin<Result>(ask: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = this.#parts.kafka.admin()
    try {
      const asking = admin.connect().then(() => ask(admin))
      return await untilAborted(asking, this.#stopping.signal)
    } finally {
      void admin.disconnect().catch(() => undefined)
    }
  }

  #publish({ end, begun }: Term): Promise<string | null> {
    const reader = this.#reader ?? ''
    return runTerm({
      ...this.#parts,
      reader,
      ...{ sender: this.#sender, trying: this.#trying, end, heldBack: this.#heldBack },
      missing: (topics: readonly Topic[]) => this.#asAdmin((admin) => missingTopics(admin, this.#parts.prefix, topics)),
      begun: (position) => {
        begun()
        this.#parts.log.info({ reader, position }, 'the relay publishes the log')
      },
      moved: (positions) => {
        this.#rate.count((this.#published += positions.length))
        this.#parts.published?.(positions)
      },
    })
  }

  #explain(error: unknown): Failure {
    this.#reader = null // it may be another cluster next time, or topics may have gone
    if (this.#sender.stuck() || this.#trying.stuck())
      return { reason: 'too many sends to Kafka never ended', broken: true }
    if (isKafkaError(error)) return { reason: `Kafka: ${kafkaFailure(error).message}`, broken: false }
    return explainFailure(error)
  }

  async #measure(): Promise<void> {
    let reader: string | null = null
    while (await pause(MEASURE_MS, this.#stopping.signal)) {
      reader = this.#reader ?? reader
      const lags = reader === null ? [] : await readLags(this.#parts.pool, topicReaders(reader)).catch(() => [])
      const [lag] = lags
      if (lag === undefined) continue
      this.#figures = {
        position: lag.position,
        lagEvents: lag.head - lag.position,
        oldestSeconds: lag.oldestSeconds,
        published: this.#published,
        eventsPerSecond: this.#rate.perSecond(),
      }
    }
  }
}
