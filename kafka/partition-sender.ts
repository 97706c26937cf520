/**
 * Sends the records of one partition in their order: one send under way at a time, the next gathers meanwhile.
 *
 *   idle --add--> sending --acknowledged, more is waiting--> sending
 *                 sending --acknowledged, nothing waits--> idle
 *                 sending --the send failed--> failed (for good: whoever owns it begins anew, from the checkpoint)
 *   any --close--> closed (what is under way is finished, what waits is left)
 */
import type { Position } from '../store/command.ts'
import type { EventRecord } from './event-record.ts'

/** Sends records to one partition; resolves once all of them are acknowledged. */
export type SendToPartition = (records: readonly EventRecord[]) => Promise<void>

export interface PartitionSenderParts {
  readonly send: SendToPartition
  /** Called as a send is handed over. */
  readonly sent: () => void
  /** Called when a send was acknowledged. */
  readonly acknowledged: (records: number) => void
  readonly failed: (error: unknown) => void
}

/** kafkajs groups the messages of a send at a cost that grows with the square of their number. */
const BATCH_RECORDS = 500
/** Before compression. A broker takes batches of 1 MiB; a single record may be larger than this. */
const BATCH_BYTES = 512 * 1024
/** Of the key, the headers and the frame around them, at most. */
const AROUND_BYTES = 600

interface Waiting {
  readonly position: Position
  readonly record: EventRecord
}

export class PartitionSender {
  readonly #parts: PartitionSenderParts
  #waiting: Waiting[] = []
  /** How many of `#waiting` are sent already: they are cut off when they are many. */
  #done = 0
  #underWay: readonly Waiting[] = []
  #sending: Promise<void> = Promise.resolve()
  #state: 'open' | 'failed' | 'closed' = 'open'

  constructor(parts: PartitionSenderParts) {
    this.#parts = parts
  }

  add(position: Position, record: EventRecord): void {
    this.#waiting.push({ position, record })
  }

  /** Sends what waits, unless a send is under way: then it follows by itself. */
  flush(): void {
    if (this.#underWay.length > 0 || this.#state !== 'open' || this.#done === this.#waiting.length) return
    this.#sending = this.#send()
  }

  /** The position of the first record that is not acknowledged; null: all are. */
  firstUnacknowledged(): Position | null {
    return this.#underWay[0]?.position ?? this.#waiting[this.#done]?.position ?? null
  }

  /** Nothing more is sent. Resolves when what is under way has settled, one way or the other. */
  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed'
    return this.#sending
  }

  async #send(): Promise<void> {
    const { send, sent, acknowledged, failed } = this.#parts
    try {
      for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
        this.#underWay = batch
        const sending = send(batch.map(({ record }) => record))
        sent()
        await sending
        this.#underWay = []
        acknowledged(batch.length)
      }
    } catch (error) {
      this.#state = 'failed'
      failed(error)
    }
  }

  #take(): readonly Waiting[] {
    if (this.#state !== 'open') return []
    const from = this.#done
    let bytes = 0
    let to = from
    for (let next = this.#waiting[to]; next !== undefined && to - from < BATCH_RECORDS; next = this.#waiting[to]) {
      bytes += next.record.value.length + AROUND_BYTES
      if (bytes > BATCH_BYTES && to > from) break
      to += 1
    }
    const batch = this.#waiting.slice(from, to)
    this.#done = to
    if (to === this.#waiting.length || to > 10 * BATCH_RECORDS) {
      this.#waiting = this.#waiting.slice(to)
      this.#done = 0
    }
    return batch
  }
}
