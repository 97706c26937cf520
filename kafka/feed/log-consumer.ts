/**
 * Reads the topics of the log, and goes on doing so whatever becomes of the client.
 *
 *   stopped --start--> joining --the group dealt out its partitions--> joined
 *   joining, joined --the client gave up, or no fetch for 30 s--> thrown away; a new one is joining after a moment
 *   any --stop--> stopped
 *
 * A client that met a batch it cannot decode (a codec that it has not got, damaged compression) would meet it again: the
 * next one begins at the end of every partition, and what lies between is missing to the reader, who has the store.
 */
import type { Batch, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { kafkaClient, type KafkaLog } from '../client/connection.ts'
import { endConsumer } from '../client/end-consumer.ts'
import type { PassedOffset } from './passed-offsets.ts'
import { LatchedSignal, pause } from '../../store/waiting/pause.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName, topics, type Topic } from '../topics/topics.ts'

export interface LogConsumerParts {
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  /** Takes records of one partition, in the order of offsets; returns how many: the others come again after `resume`. */
  readonly take: (records: PartitionRecords) => number
  /** Told when the partitions are dealt out (anew): whatever was not taken comes again. */
  readonly joined: () => void
  /** Told when the client is thrown away. */
  readonly lost: (reason: string) => void
}

export interface PartitionRecords {
  readonly topic: Topic
  readonly partition: number
  readonly messages: readonly KafkaMessage[]
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A kill -9 of the reader blocks the group for so long; the store is read meanwhile. */
const SESSION_MS = 10_000
const HEARTBEAT_MS = 1_000
/** Brokers answer at once when there is something new: this bounds rebalances, and how soon a paused partition goes on. */
const FETCH_WAIT_MS = 100
/** Of a partition, in one answer: small against the window, so that all of them move on together. */
const PARTITION_BYTES = 256 * 1024
const SILENT_MS = 30_000
const WATCH_MS = 1_000
const AGAIN_MS = { first: 250, most: 5_000 }

/** The group of the reader; its offsets are hints and told to people, the truth is the reader's checkpoint. */
export function projectorGroup(prefix: string): string {
  return `${prefix}projector`
}

export class LogConsumer {
  readonly #parts: LogConsumerParts
  readonly #byName: ReadonlyMap<string, Topic>
  #consumer: Consumer | null = null
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #lastFetch = 0
  #skipToEnd = false

  constructor(parts: LogConsumerParts) {
    this.#parts = parts
    const { prefix } = parts.settings
    this.#byName = new Map(
      topics.filter(({ use }) => use === 'log').map((topic) => [topicName(prefix, topic.name), topic]),
    )
  }

  start(): void {
    const before = this.#running
    const stopping = new AbortController()
    this.#stopping = stopping
    this.#running = before.then(() => this.#run(stopping.signal))
  }

  /** Leaves the group, so that another may read at once. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  resume(partitions: readonly TopicPartition[]): void {
    const { prefix } = this.#parts.settings
    try {
      this.#consumer?.resume(
        partitions.map(({ topic, partition }) => ({ topic: prefix + topic, partitions: [partition] })),
      )
    } catch {
      // It is being thrown away: the next one begins with no partition paused.
    }
  }

  /** Says how far the reader is. What cannot be said is said the next time. */
  async commit(offsets: readonly PassedOffset[]): Promise<void> {
    const { prefix } = this.#parts.settings
    const named = offsets.map(({ topic, ...offset }) => ({ topic: prefix + topic, ...offset }))
    await this.#consumer?.commitOffsets(named)
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log } = this.#parts
    let again = AGAIN_MS.first
    while (!signal.aborted) {
      const started = this.#parts.monotonic()
      const reason = await this.#connect()
        .then((kafka) => this.#consume(kafka, signal))
        .catch(messageOf)
      if (signal.aborted) return
      this.#parts.lost(reason)
      log.warn({ reason }, 'the consumer of the log failed; replacing it')
      const lasted = this.#parts.monotonic() - started
      again = lasted > SILENT_MS ? AGAIN_MS.first : Math.min(again * 2, AGAIN_MS.most)
      await pause(again, signal)
    }
  }

  /** A promise, because the file of certificates may be missing. */
  async #connect(): Promise<Kafka> {
    const { settings, log } = this.#parts
    return kafkaClient(settings, { clientId: 'projector', log })
  }

  /** Resolves with why it ended, or rejects with it. */
  async #consume(kafka: Kafka, signal: AbortSignal): Promise<string> {
    const consumer = kafka.consumer({
      groupId: projectorGroup(this.#parts.settings.prefix),
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES,
      allowAutoTopicCreation: false,
      // It is thrown away instead: some of its failures it never gets over.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: () => Promise.resolve(false) },
    })
    this.#consumer = consumer
    this.#lastFetch = this.#parts.monotonic()
    const over = new AbortController()
    const beginning = this.#begin(kafka, consumer, over.signal)
    try {
      const ended = this.#ended(consumer, AbortSignal.any([signal, over.signal]))
      await Promise.race([ended, beginning])
      return await ended
    } finally {
      this.#consumer = null
      over.abort()
      // One that cannot say goodbye is left to the coordinator.
      await endConsumer(consumer, beginning, SESSION_MS)
    }
  }

  async #begin(kafka: Kafka, consumer: Consumer, over: AbortSignal): Promise<void> {
    const ends = this.#skipToEnd ? await this.#ends(kafka) : []
    this.#skipToEnd = false
    await consumer.connect()
    if (over.aborted) return
    await consumer.subscribe({ topics: [...this.#byName.keys()], fromBeginning: true })
    let joins = 0
    consumer.on(consumer.events.GROUP_JOIN, () => {
      if (over.aborted) return
      if (++joins === 1) for (const end of ends) consumer.seek(end)
      consumer.resume([...this.#byName].map(([topic, { partitions }]) => ({ topic, partitions: range(partitions) })))
      this.#parts.joined()
    })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#eachBatch(payload),
    })
  }

  /** Resolves when the client has ended or is taken for dead. */
  async #ended(consumer: Consumer, signal: AbortSignal): Promise<string> {
    let crash: Error | null = null
    const crashed = new LatchedSignal()
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
      crash = error
      crashed.wake()
    })
    consumer.on(consumer.events.FETCH, () => {
      this.#lastFetch = this.#parts.monotonic()
    })
    while (!signal.aborted) {
      await crashed.wait(WATCH_MS, { count: crashed.count, signal })
      if (crash !== null) {
        this.#skipToEnd = isUndecodable(crash)
        return messageOf(crash)
      }
      if (this.#parts.monotonic() - this.#lastFetch > SILENT_MS) return `no fetch for ${String(SILENT_MS / 1_000)} s`
    }
    return 'stopped'
  }

  async #eachBatch({ batch, resolveOffset, heartbeat, pause: pausePartition, isRunning, isStale }: EachBatchPayload) {
    if (!isRunning() || isStale()) return
    const taken = this.#offer(batch)
    const last = batch.messages[taken - 1]
    if (last !== undefined) resolveOffset(last.offset)
    if (taken < batch.messages.length) pausePartition()
    await heartbeat()
  }

  #offer({ topic: name, partition, messages }: Batch): number {
    const topic = this.#byName.get(name)
    return topic === undefined ? messages.length : this.#parts.take({ topic, partition, messages })
  }

  async #ends(kafka: Kafka): Promise<readonly { topic: string; partition: number; offset: string }[]> {
    const admin = kafka.admin()
    try {
      await admin.connect()
      const ends = [...this.#byName.keys()].map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ topic, partition, offset: high })),
      )
      return (await Promise.all(ends)).flat()
    } finally {
      await admin.disconnect()
    }
  }
}

/** Failures of the network and of brokers have names of kafkajs; what else is thrown comes from reading the bytes. */
function isUndecodable(error: Error): boolean {
  const cause = rootOf(error)
  return cause.name === 'KafkaJSNotImplemented' || !cause.name.startsWith('KafkaJS')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? rootOf(error).message : String(error)
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
