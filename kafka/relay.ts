/**
 * Publishes the log: every event goes to the topic of its stream, at least once, in one process at a time.
 *
 *   waiting --the cluster and its topics are there--> standby --lease taken--> publishing
 *   publishing --lease lost, checkpoint moved by another--> standby
 *   standby, publishing --Kafka or the database failed--> waiting (longer each time, until something is published)
 *   publishing --gap in the log, too many sends that never end--> broken (until the process is started again)
 *   any --stop--> stopped
 *
 * A term (one time of publishing) has a producer of its own and begins at the checkpoint. The checkpoint follows the
 * acknowledgements, by compare-and-set. So whatever goes wrong, what was not acknowledged is sent again, and what was not
 * known to be: but the first time that a record of a partition is written, all before it are. One that lost its lease in its
 * sleep may write duplicates when it wakes, until it finds its checkpoint moved; readers go by positions.
 */
import { setTimeout } from 'node:timers/promises'
import type { Kafka, Producer } from 'kafkajs'
import type { WireFormat } from '../registry/wire-format.ts'
import { openCheckpoint, readLags } from '../store/checkpoints.ts'
import type { Position } from '../store/command.ts'
import type { Pool } from '../store/database.ts'
import { LogGap } from '../store/feed.ts'
import type { HeadWatch } from '../store/head-watch.ts'
import { holdLease, LEASE_RENEW_MS, releaseLease } from '../store/leases.ts'
import { readEvents } from '../store/read-log.ts'
import type { KafkaLog } from './connection.ts'
import { isKafkaError, kafkaFailure } from './kafka-failure.ts'
import { pause } from './pause.ts'
import { Publication } from './publication.ts'
import { RateMeter } from './rate-meter.ts'
import { RelayCheckpoint } from './relay-checkpoint.ts'
import { findRelayTarget, type RelayTarget } from './relay-target.ts'
import { CheckedSends, PRODUCER } from './send-checked.ts'
import { untilAborted } from './until-aborted.ts'

export type RelayPoint = 'relay.read' | 'relay.sent' | 'relay.acked' | 'relay.checkpointed'

export interface RelayParts {
  readonly pool: Pool
  /** Told of the log's growth. */
  readonly head: HeadWatch
  readonly kafka: Kafka
  readonly prefix: string
  readonly wire: WireFormat
  /** Of this log (sourceOf). */
  readonly source: string
  /** Unique to this process. */
  readonly owner: string
  readonly log: KafkaLog
  readonly monotonic: () => number
  /** 0 to 1. */
  readonly random: () => number
  /** The fault hooks. */
  readonly reachPoint: (point: RelayPoint) => void
  readonly loses: (position: Position) => boolean
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

/** One read of the log. */
const PAGE = 5_000
/** Framed and handed to the senders at a time: between two, acknowledgements are heard. */
const SLICE = 500
/** Records that wait for their acknowledgement. A fifth of a page more than two pages: the senders never run dry. */
const PENDING = 12_000
/** The checkpoint moves this often at most. */
const CHECKPOINT_MS = 25
/** How long a stop waits for the sends under way: half of what a hand-over may take. */
const SETTLE_MS = 1_000
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
    const { pool, kafka, owner, log } = this.#parts
    const term = new AbortController()
    const end = AbortSignal.any([term.signal, this.#stopping.signal])
    const producer = kafka.producer(PRODUCER)
    const renewing = this.#renew(reader, end)
    try {
      await untilAborted(producer.connect(), end)
      const position = await openCheckpoint(pool, reader)
      this.#becomes('publishing', null)
      log.info({ reader, position }, 'the relay publishes the log')
      const publication = this.#publication(producer, position)
      const checkpoint = new RelayCheckpoint({ pool, reader, position, publication, moved: (by) => this.#moved(by) })
      const work = [this.#read(publication, end), this.#follow(checkpoint, publication, end)]
      try {
        const reason = await Promise.race([...work, renewing])
        if (!this.#stopping.signal.aborted) this.#standBy(reason ?? 'the term ended')
      } finally {
        term.abort()
        // What is under way may arrive, so that the next one need not send it again.
        await Promise.race([publication.close(), setTimeout(SETTLE_MS, null, { ref: false })])
        await Promise.allSettled(work)
        await checkpoint.move().catch(() => undefined)
      }
    } finally {
      term.abort()
      await renewing
      // It does not end what is under way (nothing does), and may take its time.
      producer.disconnect().catch(() => undefined)
      await releaseLease(pool, reader, owner).catch((error: unknown) => {
        log.warn({ err: error }, 'the lease of the relay could not be released: it expires by itself')
      })
    }
  }

  #publication(producer: Producer, after: Position): Publication {
    const { prefix, wire, source, loses, reachPoint } = this.#parts
    return new Publication({
      after,
      prefix,
      wire,
      source,
      loses,
      send: (partition, records) => this.#sends.send(producer, partition, records),
      // Later than now, so that it may have left.
      sent: () => void setImmediate(() => reachPoint('relay.sent')),
    })
  }

  /** Reads ahead: the next page is on its way while one is framed and sent. */
  async #read(publication: Publication, end: AbortSignal): Promise<string | null> {
    const { pool, head, reachPoint } = this.#parts
    const read = (after: Position) => {
      const page = head.next(() => readEvents(pool, after, PAGE), after, end)
      page.catch(() => undefined) // it is awaited in the next round
      return page
    }
    for (let next = read(publication.settled()); !end.aborted;) {
      const page = await next
      reachPoint('relay.read')
      const last = page.at(-1)
      if (last !== undefined) next = read(last.position)
      for (let at = 0; at < page.length && !end.aborted; at += SLICE) {
        while (publication.pending >= PENDING && !end.aborted) await publication.changed(end)
        publication.add(page.slice(at, at + SLICE))
        await new Promise(setImmediate)
      }
    }
    return null
  }

  /** Moves the checkpoint behind the acknowledgements; resolves with why it cannot. */
  async #follow(checkpoint: RelayCheckpoint, publication: Publication, end: AbortSignal): Promise<string | null> {
    const { reachPoint } = this.#parts
    while (!end.aborted) {
      if (publication.settled() > checkpoint.position) {
        reachPoint('relay.acked')
        if (!(await checkpoint.move())) return 'another one publishes'
        reachPoint('relay.checkpointed')
        await pause(CHECKPOINT_MS, end)
      } else await publication.changed(end)
    }
    return null
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
