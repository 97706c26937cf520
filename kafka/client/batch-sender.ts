/**
 * Sends records in batches. The partitions take turns, so that one send is under way; one that failed is sent again: at
 * least once, in order within a partition. Anyone who must not do anything twice goes by the ids in the headers.
 *
 * Each partition: idle --add--> gathering (linger, or full) --> sending --acked--> gathering or idle
 *                 sending --failed--> waiting, without its turn --> sending (the same batch) ... until the patience is used up
 */
import { setTimeout as delay } from 'node:timers/promises'
import { backOff, pause } from '../../store/waiting/pause.ts'
import { Slots } from '../../store/waiting/slots.ts'
import type { Message } from 'kafkajs'
import { kafkaClient, type ClientOptions } from './connection.ts'
import { RecordBlock } from './record-block.ts'
import { CheckedSender, type Partition } from './checked-sender.ts'
import type { KafkaSettings } from '../settings.ts'

export interface BatchSenderParts extends ClientOptions {
  readonly kafka: KafkaSettings
  /** Milliseconds for which a batch that is not full waits for more. */
  readonly linger: number
  /** Milliseconds for which a batch that failed is sent again. */
  readonly patience: number
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number
  /** Milliseconds since 1970: the time of a record is that at which it was added. */
  readonly now: () => number
  /** Called for each batch that is stored: with how many records, and how many milliseconds its send took. */
  readonly onAcked: (records: number, milliseconds: number) => void
  /** Called for each send that failed and is tried again. */
  readonly onRetry: (reason: string) => void
}

/** Of all partitions. More are no faster, and each of them takes as much longer. */
const MOST_SENDS = 1
/** Records that wait to be sent; anyone who adds more waits. */
const MOST_WAITING = 20_000
const AGAIN_MS = { first: 100, most: 2_000 }

/** What was not stored within the patience; nothing more is sent then. */
export class SendFailure extends Error {
  readonly code = 'not-sent'
  readonly retriable = true

  constructor(topic: string, partition: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`partition ${String(partition)} of ${topic} does not accept records: ${why}`, { cause })
    this.name = 'SendFailure'
  }
}

interface PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** In their order; the last one takes what is added. */
  readonly blocks: RecordBlock[]
  running: boolean
  wake: (() => void) | null
}

export class BatchSender {
  readonly #parts: BatchSenderParts
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #sender: CheckedSender
  /** A queue that waits for its partition to come back takes none of them, and keeps nobody from sending. */
  readonly #turns = new Slots(MOST_SENDS)
  #waiting = 0
  #flushing = false
  #failure: SendFailure | null = null
  #changed: (() => void)[] = []

  constructor(parts: BatchSenderParts) {
    this.#parts = parts
    this.#sender = new CheckedSender(kafkaClient(parts.kafka, { clientId: parts.clientId, log: parts.log }))
  }

  /** Null: go on. Else wait for it: there are more records than can be sent. Throws the SendFailure of an earlier one. */
  add(topic: string, partition: number, record: Message): Promise<void> | null {
    if (this.#failure !== null) throw this.#failure
    const queue = this.#queue(topic, partition)
    const last = queue.blocks.at(-1)
    const block = last === undefined || last.isFull() ? new RecordBlock() : last
    if (block !== last) queue.blocks.push(block)
    block.add({ ...record, timestamp: String(this.#parts.now()) })
    this.#waiting += 1
    if (!queue.running) void this.#run(queue)
    else if (block.isFull()) queue.wake?.()
    return this.#waiting < MOST_WAITING ? null : this.#until(() => this.#waiting < MOST_WAITING / 2)
  }

  /** Resolves when everything that was added is stored. */
  async flush(): Promise<void> {
    this.#flushing = true
    for (const { wake } of this.#queues.values()) wake?.()
    try {
      await this.#until(() => this.#waiting === 0)
    } finally {
      this.#flushing = false
    }
  }

  close(): Promise<void> {
    return this.#sender.close()
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${topic} ${String(partition)}`
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue: PartitionQueue = { topic, partition, blocks: [], running: false, wake: null }
    this.#queues.set(key, queue)
    return queue
  }

  async #run(queue: PartitionQueue): Promise<void> {
    queue.running = true
    try {
      while (queue.blocks.length > 0 && this.#failure === null) {
        await this.#gather(queue)
        // Not in one expression: what is added meanwhile would be forgotten.
        const stored = await this.#sendNext(queue)
        this.#waiting -= stored
        this.#tellChanged()
      }
    } catch (error) {
      this.#failure ??= error instanceof SendFailure ? error : new SendFailure(queue.topic, queue.partition, error)
      this.#tellChanged()
    } finally {
      queue.running = false
    }
  }

  async #gather(queue: PartitionQueue): Promise<void> {
    const { linger } = this.#parts
    if (linger <= 0 || this.#flushing || queue.blocks[0]?.isFull() === true) return
    const full = new AbortController()
    queue.wake = () => full.abort()
    await pause(linger, full.signal)
    queue.wake = null
  }

  /** Sends what waits when its turn comes, until it is stored; resolves with how many records that were. */
  async #sendNext(queue: PartitionQueue): Promise<number> {
    const { monotonic, patience, onRetry } = this.#parts
    const { topic, partition, blocks } = queue
    const { block, begun, ...first } = await this.#turns.run(async () => {
      const next = { block: blocks.shift() ?? new RecordBlock(), begun: monotonic() }
      return { ...next, error: await this.#send(queue, next.block) }
    })
    let { error } = first
    for (let failures = 0; error !== null; failures++) {
      const useless = isFinal(error) || monotonic() - begun > patience || this.#failure !== null
      if (useless) throw new SendFailure(topic, partition, error)
      onRetry(error instanceof Error ? error.message : String(error))
      await delay(backOff(failures, AGAIN_MS))
      error = await this.#turns.run(() => this.#send(queue, block))
    }
    return block.messages.length
  }

  /** Resolves with why it is not stored; null: it is. */
  async #send({ topic, partition }: Partition, { messages }: RecordBlock): Promise<unknown> {
    const { monotonic, onAcked } = this.#parts
    try {
      const begun = monotonic()
      await this.#sender.send({ topic, partition }, messages)
      onAcked(messages.length, monotonic() - begun)
      return null
    } catch (error) {
      return error
    }
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
