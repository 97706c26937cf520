/**
 * Takes orders from the topic `order-commands`: every api process is a member of one consumer group.
 *
 *   connecting ──joined──> consuming ──crash, silence──> waiting ──back-off──> connecting
 *        └──no broker, no topic──────────────────────────────^
 *
 * Where each partition stands is kept in Postgres (kafka/inbound/inbound-offsets.ts); the offsets of the group are a hint for
 * those who watch the lag. kafkajs restarts nothing by itself: some of its crashes it would never restart.
 */
import { pause } from '../../store/waiting/pause.ts'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { releasePartition } from './inbound-offsets.ts'
import { kafkaClient, type KafkaLog } from '../client/connection.ts'
import { endConsumer } from '../client/end-consumer.ts'
import { inboundRecord } from './inbound-record.ts'
import { PartitionLane, type LaneParts } from './partition-lane.ts'
import { HandedOver } from './patience.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName } from '../topics/topics.ts'

export interface OrderCommandsParts extends LaneParts {
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
}

export interface InboundHealth {
  readonly state: 'connecting' | 'consuming' | 'waiting' | 'stopped'
  /** What it waits for, or that nothing is heard though it should be; null when nothing is wrong. */
  readonly reason: string | null
}

/** A member that died is replaced after this long; the brokers allow no less than 6 s. */
const SESSION_MS = 10_000
const HEARTBEAT_MS = 1_000
/** For members that are asked to give their partitions back: those who wait for the store notice within a heartbeat. */
const REBALANCE_MS = 15_000
/** A rebalance waits for the fetch under way. */
const FETCH_WAIT_MS = 200
/** More than any record may have (TOPIC_SETTINGS). */
const FETCH_BYTES = 2 * 1024 * 1024
const PARTITIONS_AT_ONCE = 3
/** Without a fetch or a heartbeat for so long, the client is taken for dead whatever it says. */
const SILENCE_MS = 30_000
/** After so long it is told, for whoever asks: well above a heartbeat, and in time for people. */
const QUIET_MS = 5_000
const BACK_OFF_MS = { first: 500, most: 5_000 }
const DISCONNECT_MS = 5_000

export class OrderCommands {
  readonly #parts: OrderCommandsParts
  readonly #topic: string
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null
  #session: Session | null = null
  #health: InboundHealth = { state: 'connecting', reason: null }

  constructor(parts: OrderCommandsParts) {
    this.#parts = parts
    this.#topic = topicName(parts.settings.prefix, 'order-commands')
  }

  /** Begins, whether Kafka is there or not. */
  start(): void {
    this.#running = this.#supervise()
  }

  /** Finishes the commands under way and gives the partitions back. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    this.#health = { state: 'stopped', reason: null }
  }

  health(): InboundHealth {
    const quiet = this.#session?.quiet() ?? 0
    if (this.#health.state !== 'consuming' || quiet < QUIET_MS) return this.#health
    return { state: 'consuming', reason: silentFor(quiet) }
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stop
    for (let wait = BACK_OFF_MS.first; !signal.aborted; wait = Math.min(wait * 2, BACK_OFF_MS.most)) {
      this.#health = { state: 'connecting', reason: this.#health.reason }
      const session = new Session(this.#parts, this.#topic, signal)
      this.#session = session
      const reason = await session.run(() => {
        wait = BACK_OFF_MS.first
        this.#health = { state: 'consuming', reason: null }
      })
      if (signal.aborted) return
      this.#health = { state: 'waiting', reason }
      this.#parts.log.warn({ topic: this.#topic, reason }, 'could not read orders over Kafka; retrying')
      await pause(wait, signal)
    }
  }
}

/** One connection to the group, from joining it to its end. */
class Session {
  readonly #parts: OrderCommandsParts
  readonly #topic: string
  readonly #consumer: Consumer
  /** Of the lanes: aborted when the partitions are no longer ours. */
  #tenure = new AbortController()
  #lanes = new Map<number, { readonly lane: PartitionLane; readonly claimed: Promise<boolean> }>()
  readonly #stop: AbortSignal
  #heard: number
  #over = false

  constructor(parts: OrderCommandsParts, topic: string, stop: AbortSignal) {
    this.#parts = parts
    this.#topic = topic
    this.#stop = stop
    this.#heard = parts.monotonic()
    this.#consumer = consumerOf(kafkaClient(parts.settings, { clientId: 'order-commands', log: parts.log }), topic)
  }

  /** Milliseconds since the brokers were last heard. */
  quiet(): number {
    return this.#parts.monotonic() - this.#heard
  }

  /** Resolves with why it ended. */
  async run(onJoined: () => void): Promise<string> {
    const consumer = this.#consumer
    const ended = new Promise<string>((resolve) => {
      consumer.on('consumer.crash', ({ payload }) => resolve(payload.error.message))
      this.#stop.addEventListener('abort', () => resolve('stopped'), { once: true })
      if (this.#stop.aborted) resolve('stopped')
    })
    for (const event of ['consumer.fetch', 'consumer.heartbeat', 'consumer.group_join'] as const) {
      consumer.on(event, () => (this.#heard = this.#parts.monotonic()))
    }
    consumer.on('consumer.group_join', ({ payload }) => {
      this.#assign(payload.memberAssignment[this.#topic] ?? [])
      onJoined()
    })
    const watch = this.#watchForSilence()
    const beginning = this.#begin()
    try {
      return await Promise.race([beginning.then(() => ended), ended, watch.silent])
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      watch.end()
      this.#over = true
      this.#tenure.abort()
      // A client that hangs is left behind: it can do nothing without its lanes.
      await endConsumer(consumer, beginning, DISCONNECT_MS)
      await this.#release([...this.#lanes.keys()])
    }
  }

  async #begin(): Promise<void> {
    const consumer = this.#consumer
    await consumer.connect()
    if (this.#over) return
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#batch(payload),
    })
  }

  /** The group has joined anew: what was claimed before is claimed again, and what we lost is given back. */
  #assign(partitions: readonly number[]): void {
    if (this.#over) return
    this.#tenure.abort()
    const tenure = new AbortController()
    this.#tenure = tenure
    const lost = [...this.#lanes.keys()].filter((partition) => !partitions.includes(partition))
    void this.#release(lost)
    this.#lanes = new Map(
      partitions.map((partition) => {
        const lane = new PartitionLane({ topic: this.#topic, partition }, this.#parts)
        const claimed = lane.claim(tenure.signal).then(
          (offset) => {
            // The client of a session that ended meanwhile throws: nobody would catch that, and the process would end.
            if (tenure.signal.aborted) return false
            this.#seek(partition, offset)
            return true
          },
          (error: unknown) => {
            if (!(error instanceof HandedOver)) this.#parts.log.error({ err: error }, 'could not claim a partition')
            return false
          },
        )
        return [partition, { lane, claimed }]
      }),
    )
  }

  async #batch({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    const mine = this.#lanes.get(batch.partition)
    if (mine === undefined) return
    const visit = new AbortController()
    const signal = AbortSignal.any([visit.signal, this.#tenure.signal, this.#stop])
    const lost: Error[] = []
    const beating = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        lost.push(error instanceof Error ? error : new Error(String(error)))
        visit.abort()
      })
    }, HEARTBEAT_MS)
    let last: number | null = null
    try {
      if (!(await mine.claimed) || isStale()) return
      await mine.lane.handle(
        batch.messages.map((message) => inboundRecord(this.#topic, batch.partition, message)),
        {
          signal,
          goesOn: () => isRunning() && !isStale() && !signal.aborted,
          done(offset) {
            last = offset
            resolveOffset(String(offset))
          },
          seek: (offset) => this.#seek(batch.partition, offset),
        },
      )
    } catch (error) {
      if (!(error instanceof HandedOver)) throw error
    } finally {
      clearInterval(beating)
    }
    if (last !== null) this.#hint(batch.partition, last)
    for (const error of lost) throw error
  }

  #seek(partition: number, offset: number): void {
    this.#consumer.seek({ topic: this.#topic, partition, offset: String(offset) })
  }

  /** Only for those who watch the lag; the place that counts has moved already. */
  #hint(partition: number, last: number): void {
    const offset = String(last + 1)
    void this.#consumer.commitOffsets([{ topic: this.#topic, partition, offset }]).catch(() => undefined)
  }

  #watchForSilence(): { readonly silent: Promise<string>; end(): void } {
    let timer: NodeJS.Timeout | null = null
    const silent = new Promise<string>((resolve) => {
      timer = setInterval(() => {
        if (this.quiet() > SILENCE_MS) resolve(silentFor(this.quiet()))
      }, HEARTBEAT_MS)
    })
    return { silent, end: () => void (timer === null || clearInterval(timer)) }
  }

  async #release(partitions: readonly number[]): Promise<void> {
    const { pool, holder } = this.#parts
    await Promise.all(
      partitions.map((partition) => releasePartition(pool, { topic: this.#topic, partition }, holder)),
    ).catch((error: unknown) => this.#parts.log.warn({ err: error }, 'could not give back a partition'))
  }
}

function silentFor(millis: number): string {
  return `the brokers have been silent for ${String(Math.round(millis / 1_000))} s`
}

function consumerOf(kafka: Kafka, groupId: string): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES,
    allowAutoTopicCreation: false,
    // After a crash this file begins again, with a client of its own.
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
  })
}
