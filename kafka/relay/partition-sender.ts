/**
 * Sends the records of one partition in their order: one send under way at a time, the next gathers meanwhile.
 *
 *   idle --flush--> sending --acknowledged, a full block waits, or one that was flushed--> sending
 *                   sending --acknowledged, nothing of the kind--> idle
 *                 sending --the send failed--> failed (for good: its owner begins again, from the checkpoint)
 *   any --close--> closed (what is under way is finished, what waits is left)
 */
import type { Position } from '../../store/commit/command.ts'
import type { EventRecord } from '../event-record.ts'
import { RecordBlock } from '../client/record-block.ts'

export interface PartitionSenderParts {
  /** Resolves once all records of the block are acknowledged. */
  readonly send: (block: RecordBlock) => Promise<void>
  /** Called as a send is handed over. */
  readonly sent: () => void
  /** Called when a send was acknowledged, with where its records stand. */
  readonly acknowledged: (positions: readonly Position[]) => void
  readonly failed: (error: unknown) => void
}

interface PositionedBlock {
  readonly block: RecordBlock
  /** Of its records. */
  readonly positions: Position[]
}

export class PartitionSender {
  readonly #parts: PartitionSenderParts
  /** In their order; the first one is under way while `#busy`, the last one takes what is added. None is empty. */
  readonly #blocks: PositionedBlock[] = []
  #flushing: 'full' | 'all' = 'full'
  #busy = false
  #sending: Promise<void> = Promise.resolve()
  #state: 'open' | 'failed' | 'closed' = 'open'

  constructor(parts: PartitionSenderParts) {
    this.#parts = parts
  }

  add(position: Position, record: EventRecord): void {
    const last = this.#blocks.at(-1)
    const takes = last !== undefined && !last.block.isFull() && !(this.#busy && this.#blocks.length === 1)
    const into: PositionedBlock = takes ? last : { block: new RecordBlock(), positions: [] }
    into.block.add(record)
    into.positions.push(position)
    if (!takes) this.#blocks.push(into)
  }

  /**
   * Sends the blocks that are full, or all that waits. If a send is under way they follow by themselves, with what comes
   * meanwhile.
   */
  flush(what: 'full' | 'all'): void {
    this.#flushing = what
    if (!this.#busy && this.#next() !== null) this.#sending = this.#send()
  }

  /** The position of the first record that is not acknowledged; null: all are. */
  firstUnacknowledged(): Position | null {
    return this.#blocks[0]?.positions[0] ?? null
  }

  /** Nothing more is sent. Resolves when what is under way has settled, one way or the other. */
  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed'
    return this.#sending
  }

  async #send(): Promise<void> {
    const { send, sent, acknowledged, failed } = this.#parts
    try {
      this.#busy = true
      for (let next = this.#next(); next !== null; next = this.#next()) {
        const sending = send(next.block)
        sent()
        await sending
        this.#blocks.shift()
        acknowledged(next.positions)
      }
      this.#busy = false
    } catch (error) {
      this.#state = 'failed'
      failed(error)
    }
  }

  #next(): PositionedBlock | null {
    const next = this.#state === 'open' ? this.#blocks[0] : undefined
    return next !== undefined && (this.#flushing === 'all' || next.block.isFull()) ? next : null
  }
}
