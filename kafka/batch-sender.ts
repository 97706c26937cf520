/**
 * Sends records in batches, one partition a send and one send under way for each partition: kafkajs says of other sends
 * that all is well when some of it is lost. A producer that failed is thrown away, and the batch is sent again by a new
 * one: at least once, in order within a partition. Whoever must not do anything twice goes by the ids in the headers.
 *
 * Each partition: idle --add--> gathering (linger, or full) --> sending --acked--> gathering or idle
 *                 sending --failed--> waiting --> sending (the same batch) ... until the patience is used up
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Message, PartitionerArgs, Producer, RecordMetadata } from 'kafkajs'
import { COMPRESSION } from './codecs.ts'
import { kafkaClient, type ClientOptions } from './connection.ts'
import type { KafkaSettings } from './settings.ts'

export interface BatchSenderParts extends ClientOptions {
  readonly kafka: KafkaSettings
  /** Milliseconds for which a batch that is not full waits for more. */
  readonly linger: number
  /** Milliseconds for which a batch that failed is sent again. */
  readonly patience: number
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number
  /** Told of each batch that is stored, and how long its send took, in milliseconds. */
  readonly onAcked: (records: readonly Message[], milliseconds: number) => void
  /** Told of each send that failed and is tried again. */
  readonly onRetry: (reason: string) => void
}

/** Batches of 500 reach the most a second; each is far below the 1 MiB that a broker takes. */
const MOST_RECORDS = 500
const MOST_BYTES = 512 * 1024
/** Records that wait to be sent; whoever adds more waits. */
const MOST_WAITING = 20_000
const FIRST_BACK_OFF_MS = 100
const LONGEST_BACK_OFF_MS = 2_000
const ACKS_OF_ALL = -1

/** What was not stored within the patience; nothing more is sent then. */
export class SendFailure extends Error {
  readonly code = 'not-sent'
  readonly retriable = true

  constructor(topic: string, partition: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`partition ${String(partition)} of ${topic} takes no records: ${why}`, { cause })
    this.name = 'SendFailure'
  }
}

interface Lane {
  readonly topic: string
  readonly partition: number
  readonly waiting: Message[]
  running: boolean
  wake: (() => void) | null
}

interface OpenedProducer {
  readonly opening: Promise<Producer>
  /** Sends under way. */
  uses: number
}

export class BatchSender {
  readonly #parts: BatchSenderParts
  readonly #lanes = new Map<string, Lane>()
  #producer: OpenedProducer | null = null
  #waiting = 0
  #flushing = false
  #failure: SendFailure | null = null
  #changed: (() => void)[] = []

  constructor(parts: BatchSenderParts) {
    this.#parts = parts
  }

  /** Null: go on. Else wait for it: there are more records than can be sent. Throws the SendFailure of an earlier one. */
  add(topic: string, partition: number, record: Message): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure
    const lane = this.#lane(topic, partition)
    lane.waiting.push(record)
    this.#waiting += 1
    if (!lane.running) void this.#run(lane)
    else if (lane.waiting.length >= MOST_RECORDS) lane.wake?.()
    return this.#waiting < MOST_WAITING ? null : this.#until(() => this.#waiting < MOST_WAITING / 2)
  }

  /** Resolves when everything that was added is stored. */
  async flush(): Promise<void> {
    this.#flushing = true
    for (const { wake } of this.#lanes.values()) wake?.()
    try {
      await this.#until(() => this.#waiting === 0)
    } finally {
      this.#flushing = false
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.opening.then((opened) => opened.disconnect()).catch(() => undefined)
  }

  #lane(topic: string, partition: number): Lane {
    const key = `${topic} ${String(partition)}`
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const lane: Lane = { topic, partition, waiting: [], running: false, wake: null }
    this.#lanes.set(key, lane)
    return lane
  }

  async #run(lane: Lane): Promise<void> {
    lane.running = true
    try {
      while (lane.waiting.length > 0 && this.#failure === null) {
        await this.#gather(lane)
        const batch = lane.waiting.splice(0, countOfBatch(lane.waiting))
        await this.#sendUntilStored(lane, batch)
        this.#waiting -= batch.length
        this.#tellChanged()
      }
    } catch (error) {
      this.#failure ??= error instanceof SendFailure ? error : new SendFailure(lane.topic, lane.partition, error)
      this.#tellChanged()
    } finally {
      lane.running = false
    }
  }

  async #gather(lane: Lane): Promise<void> {
    const { linger } = this.#parts
    if (linger <= 0 || this.#flushing || lane.waiting.length >= MOST_RECORDS) return
    const full = new AbortController()
    lane.wake = () => full.abort()
    await delay(linger, undefined, { signal: full.signal }).catch(() => undefined)
    lane.wake = null
  }

  async #sendUntilStored({ topic, partition }: Lane, records: Message[]): Promise<void> {
    const { monotonic, patience, onAcked, onRetry } = this.#parts
    const messages = records.map((record) => ({ ...record, partition }))
    const begun = monotonic()
    for (let wait = FIRST_BACK_OFF_MS; ; wait = Math.min(2 * wait, LONGEST_BACK_OFF_MS)) {
      const producer = this.#opened()
      producer.uses += 1
      try {
        const opened = await producer.opening
        const sent = monotonic()
        const answers = await opened.send({ topic, messages, acks: ACKS_OF_ALL, compression: COMPRESSION })
        requireCovered(answers, partition)
        onAcked(records, monotonic() - sent)
        return
      } catch (error) {
        if (this.#producer === producer) this.#producer = null
        const useless = isFinal(error) || monotonic() - begun > patience || this.#failure !== null
        if (useless) throw new SendFailure(topic, partition, error)
        onRetry(error instanceof Error ? error.message : String(error))
        await delay(wait)
      } finally {
        producer.uses -= 1
        this.#closeUnused(producer)
      }
    }
  }

  #opened(): OpenedProducer {
    this.#producer ??= { opening: this.#open(), uses: 0 }
    return this.#producer
  }

  async #open(): Promise<Producer> {
    const { kafka, clientId, log } = this.#parts
    const producer = kafkaClient(kafka, { clientId, log }).producer({
      allowAutoTopicCreation: false,
      createPartitioner: explicitPartition,
      // What failed is sent again by another producer, with what it then knows of the cluster.
      retry: { retries: 0 },
    })
    await producer.connect()
    return producer
  }

  /** One that was thrown away serves the sends that are under way; without it they would not know what became of them. */
  #closeUnused(producer: OpenedProducer): void {
    if (this.#producer === producer || producer.uses > 0) return
    void producer.opening.then((opened) => opened.disconnect()).catch(() => undefined)
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== null) throw this.#failure
      await new Promise<void>((resolve) => this.#changed.push(resolve))
    }
  }

  #tellChanged(): void {
    const waiting = this.#changed
    this.#changed = []
    for (const resolve of waiting) resolve()
  }
}

function countOfBatch(waiting: readonly Message[]): number {
  let bytes = 0
  for (const [index, { key, value, headers }] of waiting.entries()) {
    if (index === MOST_RECORDS) return index
    bytes += (key?.length ?? 0) + (value?.length ?? 0) + 64 * Object.keys(headers ?? {}).length
    if (bytes > MOST_BYTES && index > 0) return index
  }
  return waiting.length
}

/** kafkajs resolves for what it lost as well; then the answer does not tell of the partition. */
function requireCovered(answers: readonly RecordMetadata[], partition: number): void {
  const [answer] = answers
  if (answers.length === 1 && answer?.partition === partition && answer.errorCode === 0) return
  throw new Error(`the answer does not tell of partition ${String(partition)}`)
}

/** kafkajs asks for every record, also for one that says where it belongs. */
const explicitPartition =
  () =>
  ({ message }: PartitionerArgs): number => {
    if (message.partition === undefined) throw new Error('a record without a partition')
    return message.partition
  }

/** What no other producer and no waiting makes better. */
const FINAL = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'INVALID_RECORD',
])

function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  const cause = error.cause instanceof Error ? error.cause : error
  const type = 'type' in cause ? cause.type : null
  return cause.name === 'KafkaJSSASLAuthenticationError' || (typeof type === 'string' && FINAL.has(type))
}
