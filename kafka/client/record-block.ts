/** Records of one partition that go out in one send. */
import type { Message } from 'kafkajs'
import { bytesOf } from './record-encoder.ts'

export const BLOCK_RECORDS = 500
/** Before compression. A broker takes batches of 1 MiB; a single record may be larger than this. */
const BLOCK_BYTES = 512 * 1024

export class RecordBlock {
  readonly messages: Message[] = []
  #bytes = 0

  isFull(): boolean {
    return this.messages.length >= BLOCK_RECORDS || this.#bytes >= BLOCK_BYTES
  }

  add(message: Message): void {
    this.messages.push(message)
    this.#bytes += bytesOf(message)
  }
}
