/**
 * Tells the topic `dead-letters` of every parked record, at least once: a letter is marked after the brokers have it.
 * One process does it at a time (a lease), in the order in which the records were parked.
 */
import { pause } from '../../store/waiting/pause.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { markPublished, readUnpublished } from './letter-table.ts'
import { explainFailure, type LeasedWorker, type Term, underLease } from '../../store/log/under-lease.ts'
import { CheckedSender } from '../client/checked-sender.ts'
import { kafkaClient, type KafkaLog } from '../client/connection.ts'
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
}

const LEASE = 'dead-letters'
/** Each may have 700 KiB as JSON, and a batch has to fit into a record batch of 1 MiB. */
const BATCH_BYTES = 900 * 1024
const PAGE = 100
/** How often it is looked for letters. */
const LOOK_MS = 500

export class DeadLetterPublisher {
  readonly #parts: DeadLetterPublisherParts
  readonly #sender: CheckedSender
  readonly #topic: string
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
    const { pool, reachPoint } = this.#parts
    const letters = await readUnpublished(pool, PAGE)
    if (letters.length > 0) reachPoint('letters.read')
    let batch: { id: number; message: ReturnType<typeof deadLetterMessage> }[] = []
    let bytes = 0
    const send = async (): Promise<void> => {
      if (batch.length === 0) return
      const messages = batch.map(({ message }) => message)
      await this.#sender.send({ topic: this.#topic, partition: 0 }, messages)
      reachPoint('letters.sent')
      await markPublished(
        pool,
        batch.map(({ id }) => id),
      )
      batch = []
      bytes = 0
    }
    for (const letter of letters) {
      const message = deadLetterMessage(letter)
      const size = message.value.length + (message.key?.length ?? 0)
      if (bytes + size > BATCH_BYTES) await send()
      batch.push({ id: letter.id, message })
      bytes += size
    }
    await send()
    return letters.length === PAGE
  }
}
