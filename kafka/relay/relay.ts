/**
 * Publishes the log: every event goes to the topic of its stream, at least once, in one process at a time.
 *
 *   waiting --the cluster and its topics are there--> standby --lease taken--> publishing
 *   publishing --lease lost, checkpoint moved by another--> standby
 *   standby, publishing --Kafka or the database failed--> waiting (longer each time, until something is published)
 *   publishing --gap in the log, too many sends that never end--> broken (until the process is started again)
 *   any --stop--> stopped
 *
 * A term (relay-term.ts) has a producer of its own and begins at the checkpoint. The checkpoint follows the
 * acknowledgements, by compare-and-set. So whatever goes wrong, what was not acknowledged is sent again, and what was not
 * known to be: but the first time that a record of a partition is written, all before it are. One that lost its lease in its
 * sleep may write duplicates when it wakes, until it finds its checkpoint moved; readers go by positions.
 */
import { readLags } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import { LogGap } from '../../store/log/feed.ts'
import { holdLease, LEASE_RENEW_MS, releaseLease } from '../../store/log/leases.ts'
import type { KafkaLog } from '../client/connection.ts'
import { isKafkaError, kafkaFailure } from '../client/kafka-failure.ts'
import { pause } from '../../store/waiting/pause.ts'
import { RateMeter } from '../../store/waiting/rate-meter.ts'
import { findRelayTarget, type RelayTarget } from './relay-target.ts'
import { runTerm, type TermParts } from './relay-term.ts'
import { CheckedSends } from '../client/send-checked.ts'
import { untilAborted } from '../../store/waiting/until-aborted.ts'

export interface RelayParts extends TermParts {
  /** Unique to this process. */
  readonly owner: string
  readonly log: KafkaLog
  readonly monotonic: () => number
  /** 0 to 1. */
  readonly random: () => number
}

export interface RelayHealth {
  readonly state: 'waiting' | 'standby' | 'publishing' | 'broken' | 'stopped'
  /** What it waits for, why it is broken, or why it last fell back. */
  readonly reason: string | null
}

export interface RelayFigures {
  /** Everything up to here is published. */
  readonly position: Position
  readonly lagEvents: number
  /** Age of the oldest event that is not published; 0: there is none. */
  readonly oldestSeconds: number
  /** Events published by this process since it started. */
  readonly published: number
  /** In the last seconds. */
  readonly eventsPerSecond: number
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

export class Relay {
  readonly #parts: RelayParts
  readonly #stopping = new AbortController()
  readonly #sends = new CheckedSends()
  readonly #rate: RateMeter
  #running: Promise<void> = Promise.resolve()
  #health: RelayHealth = { state: 'stopped', reason: null }
  #figures: RelayFigures | null = null
  #target: RelayTarget | null = null
  #published = 0
  /** Terms and attempts in a row that published nothing. */
  #failures = 0

  constructor(parts: RelayParts) {
    this.#parts = parts
    this.#rate = new RateMeter(parts.monotonic)
  }

  /** Begins to stand by. Nothing needs to be reachable. */
  start(): void {
    this.#health = { state: 'waiting', reason: 'it was just started' }
    this.#running = this.#run()
  }

  /** Resolves when what is under way is acknowledged (or a second is over) and the lease is given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    this.#health = { ...this.#health, state: 'stopped' }
  }

  health(): RelayHealth {
    return this.#health
  }

  /** Null until it is known which cluster this is. Figures of all processes but the one that publishes may be old. */
  figures(): RelayFigures | null {
    return this.#figures
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted && this.#health.state !== 'broken') {
      try {
        this.#target ??= await this.#findTarget()
        const { reader } = this.#target
        if (await holdLease(this.#parts.pool, reader, this.#parts.owner)) await this.#publish(reader)
        else this.#becomes('standby', this.#health.state === 'waiting' ? null : this.#health.reason)
        await this.#measure(reader)
        await pause(LEASE_RENEW_MS, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#fellBack(error)
        await this.#waitOut()
      }
    }
  }

  async #findTarget(): Promise<RelayTarget> {
    const admin = this.#parts.kafka.admin()
    try {
      const finding = admin.connect().then(() => findRelayTarget(admin, this.#parts.prefix))
      return await untilAborted(finding, this.#stopping.signal)
    } finally {
      void admin.disconnect().catch(() => undefined)
    }
  }

  /** One term. Resolves when another one has taken over, or at the stop; rejects when something failed. */
  async #publish(reader: string): Promise<void> {
    const { pool, owner, log } = this.#parts
    const term = new AbortController()
    const end = AbortSignal.any([term.signal, this.#stopping.signal])
    const renewing = this.#renew(reader, end)
    try {
      const reason = await runTerm({
        ...this.#parts,
        reader,
        sends: this.#sends,
        lost: renewing,
        end,
        begun: (position) => {
          this.#becomes('publishing', null)
          log.info({ reader, position }, 'the relay publishes the log')
        },
        moved: (events) => this.#moved(events),
      })
      if (!this.#stopping.signal.aborted) this.#standBy(reason ?? 'the term ended')
    } finally {
      term.abort()
      await renewing
      await releaseLease(pool, reader, owner).catch((error: unknown) => {
        log.warn({ err: error }, 'the lease of the relay could not be released: it expires by itself')
      })
    }
  }

  #moved(events: number): void {
    this.#published += events
    this.#rate.count(this.#published)
    this.#failures = 0
  }

  /** Renews the lease and looks how far behind we are. Resolves with why the term has to end. */
  async #renew(reader: string, end: AbortSignal): Promise<string | null> {
    const { pool, owner } = this.#parts
    while (await pause(LEASE_RENEW_MS, end)) {
      try {
        if (!(await holdLease(pool, reader, owner))) return 'the lease was lost'
        await this.#measure(reader)
      } catch (error) {
        return String(error) // without an answer we cannot know who has the lease
      }
    }
    return null
  }

  async #measure(reader: string): Promise<void> {
    const lag = (await readLags(this.#parts.pool, reader)).find((each) => each.reader === reader)
    if (lag === undefined) return
    this.#figures = {
      position: lag.position,
      lagEvents: lag.head - lag.position,
      oldestSeconds: lag.oldestSeconds,
      published: this.#published,
      eventsPerSecond: this.#rate.perSecond(),
    }
  }

  #fellBack(error: unknown): void {
    const { log } = this.#parts
    if (error instanceof LogGap || this.#sends.stuck()) {
      const reason = error instanceof LogGap ? error.message : 'too many sends to Kafka never ended'
      this.#health = { state: 'broken', reason }
      log.error({ err: error }, `the relay stops: ${reason}`)
      return
    }
    const reason = isKafkaError(error) ? `Kafka: ${kafkaFailure(error).message}` : String(error)
    this.#becomes('waiting', reason)
  }

  async #waitOut(): Promise<void> {
    const { random } = this.#parts
    const target = this.#target
    this.#target = null // it may be another cluster next time, or topics may have gone
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS)
    this.#failures += 1
    if (target !== null) await this.#measure(target.reader).catch(() => undefined)
    await pause(longest / 2 + (longest / 2) * random(), this.#stopping.signal)
  }

  #standBy(reason: string): void {
    this.#parts.log.warn({ reason }, 'the relay stands by')
    this.#health = { state: 'standby', reason }
  }

  #becomes(state: RelayHealth['state'], reason: string | null): void {
    const news = this.#health.state !== state || this.#health.reason !== reason
    this.#health = { state, reason }
    if (news && state === 'waiting') this.#parts.log.warn({ reason }, 'the relay waits')
  }
}
