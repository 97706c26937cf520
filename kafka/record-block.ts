/** Records of one partition on their way in one send: encoded as they come, so that nothing of their events is kept. */
import type { Position } from '../store/command.ts'
import type { EventRecord } from './event-record.ts'
import type { EncodedRecords } from './kafkajs-records.ts'
import { RecordBuffer } from './record-encoder.ts'

const BLOCK_RECORDS = 500
/** Before compression. A broker takes batches of 1 MiB; a single record may be larger than this. */
const BLOCK_BYTES = 512 * 1024
const FIRST_BYTES = 64 * 1024

export class RecordBlock implements EncodedRecords {
  readonly #buffer = new RecordBuffer(FIRST_BYTES)
  #count = 0
  #firstPosition: Position = 0
  #firstTimestamp = 0
  #maxTimestamp = 0

  get count(): number {
    return this.#count
  }

  /** Of the first record; without meaning while there is none. */
  get firstPosition(): Position {
    return this.#firstPosition
  }

  get firstTimestamp(): number {
    return this.#firstTimestamp
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  get encoded(): Buffer {
    return this.#buffer.written()
  }

  isFull(): boolean {
    return this.#count >= BLOCK_RECORDS || this.#buffer.length >= BLOCK_BYTES
  }

  add(position: Position, record: EventRecord): void {
    const timestamp = Number(record.timestamp)
    if (this.#count === 0) {
      this.#firstPosition = position
      this.#firstTimestamp = timestamp
      this.#maxTimestamp = timestamp
    }
    this.#buffer.write(record, { offsetDelta: this.#count, timestampDelta: timestamp - this.#firstTimestamp })
    this.#maxTimestamp = Math.max(this.#maxTimestamp, timestamp)
    this.#count += 1
  }

  /** To be used again. */
  clear(): void {
    this.#buffer.clear()
    this.#count = 0
  }
}
