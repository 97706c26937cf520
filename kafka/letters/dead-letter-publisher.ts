/**
 * Tells the topic `dead-letters` of every parked record, at least once: a letter is marked after the brokers have it.
 * One process does it at a time (a lease), in the order in which the records were parked. A letter that the topic refuses
 * is tried again later, and holds up none of the others.
 */
import { pause } from '../../store/waiting/pause.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { markPublished, readUnpublished } from './letter-table.ts'
import { explainFailure, type LeasedWorker, type Term, underLease } from '../../store/log/under-lease.ts'
import { CheckedSender } from '../client/checked-sender.ts'
import { kafkaClient, type KafkaLog } from '../client/connection.ts'
import { refusalOf } from '../client/kafka-failure.ts'
import { deadLetterMessage } from './dead-letter-message.ts'
import type { KafkaSettings } from '../settings.ts'
import { topicName } from '../topics/topics.ts'

export interface DeadLetterPublisherParts {
  readonly settings: KafkaSettings
  readonly pool: Pool
  /** A uuid of this process. */
  readonly holder: string
  /** The fault hook. */
  readonly reachPoint: (point: 'letters.read' | 'letters.sent') => void
  readonly log: KafkaLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
}

const LEASE = 'dead-letters'
/** Each may have 700 KiB as JSON, and a batch has to fit into a record batch of 1 MiB. */
const BATCH_BYTES = 900 * 1024
const PAGE = 100
/** How often it is looked for letters. */
const LOOK_MS = 500
/** Before letters that were refused are tried again. */
const AGAIN_MS = 10_000
/** With as many refused, it is not one of them that is at fault. */
const MOST_REFUSED = 1_000

export class DeadLetterPublisher {
  readonly #parts: DeadLetterPublisherParts
  readonly #sender: CheckedSender
  readonly #topic: string
  /** Letters that the topic refused, each with the time from which on it is tried again. */
  readonly #refused = new Map<number, number>()
  #worker: LeasedWorker | null = null

  constructor(parts: DeadLetterPublisherParts) {
    this.#parts = parts
    this.#sender = new CheckedSender(kafkaClient(parts.settings, { clientId: 'dead-letters', log: parts.log }))
    this.#topic = topicName(parts.settings.prefix, 'dead-letters')
  }

  start(): void {
    const { pool, holder, log } = this.#parts
    this.#worker = underLease({
      ...{ pool, owner: holder, log, who: 'the publisher of dead letters', explain: explainFailure },
      lease: () => LEASE,
      term: (term) => this.#term(term),
    })
  }

  /** Waits for the batch under way. */
  async stop(): Promise<void> {
    await this.#worker?.stop()
  }

  async #term({ end, begun }: Term): Promise<null> {
    begun()
    try {
      while (!end.aborted) if (!(await this.#publish())) await pause(LOOK_MS, end)
    } finally {
      await this.#sender.close()
    }
    return null
  }

  /** Whether there may be more. */
  async #publish(): Promise<boolean> {
    const { pool, reachPoint, monotonic } = this.#parts
    const now = monotonic()
    const held = [...this.#refused].flatMap(([id, again]) => (again > now ? [id] : []))
    const letters = await readUnpublished(pool, PAGE, held)
    if (letters.length > 0) reachPoint('letters.read')
    let batch: Letter[] = []
    let bytes = 0
    for (const letter of letters) {
      const message = deadLetterMessage(letter)
      const size = message.value.length + (message.key?.length ?? 0)
      if (bytes + size > BATCH_BYTES) {
        await this.#send(batch)
        batch = []
        bytes = 0
      }
      batch.push({ id: letter.id, message })
      bytes += size
    }
    await this.#send(batch)
    return letters.length === PAGE
  }

  async #send(batch: readonly Letter[]): Promise<void> {
    if (batch.length === 0) return
    const { pool, reachPoint } = this.#parts
    const messages = batch.map(({ message }) => message)
    try {
      await this.#sender.send({ topic: this.#topic, partition: 0 }, messages)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === null || refusal.passing || this.#refused.size >= MOST_REFUSED) throw error
      // The brokers do not say which of them it is.
      if (batch.length > 1) for (const letter of batch) await this.#send([letter])
      else for (const { id } of batch) this.#hold(id, refusal.reason)
      return
    }
    reachPoint('letters.sent')
    const ids = batch.map(({ id }) => id)
    await markPublished(pool, ids)
    for (const id of ids) this.#refused.delete(id)
  }

  #hold(id: number, reason: string): void {
    const { log, monotonic } = this.#parts
    if (!this.#refused.has(id))
      log.warn({ letter: id, reason }, 'the topic of dead letters refused one; will retry it, the others continue')
    this.#refused.set(id, monotonic() + AGAIN_MS)
  }
}

interface Letter {
  readonly id: number
  readonly message: ReturnType<typeof deadLetterMessage>
}
