/** Records of one partition on their way in one send: encoded as they come, so that nothing else of them is kept. */
import type { EncodedRecords } from './kafkajs-records.ts'
import { RecordBuffer, type RecordToEncode } from './record-encoder.ts'

export const BLOCK_RECORDS = 500
/** Before compression. A broker takes batches of 1 MiB; a single record may be larger than this. */
const BLOCK_BYTES = 512 * 1024
const FIRST_BYTES = 64 * 1024

export class RecordBlock implements EncodedRecords {
  readonly #buffer = new RecordBuffer(FIRST_BYTES)
  #count = 0
  #firstTimestamp = 0
  #maxTimestamp = 0

  get count(): number {
    return this.#count
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

  /** `timestamp`: milliseconds since 1970. */
  add(record: RecordToEncode, timestamp: number): void {
    if (this.#count === 0) {
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
