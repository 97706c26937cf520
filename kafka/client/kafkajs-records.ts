/**
 * Puts our encoder of records (record-encoder.ts) in the place of that of kafkajs, and lets a send have records that are
 * encoded already. Only in the release that both were compared with: in any other one kafkajs encodes by itself.
 */
import type { Message } from 'kafkajs'
import { replaceInKafkajs } from './kafkajs-release.ts'
import { RecordBuffer, type RecordToEncode } from './record-encoder.ts'

/** What kafkajs passes to its encoder: a message, and what of it depends on the batch. */
export interface MessageToEncode extends Omit<Message, 'key' | 'value'> {
  readonly key?: Buffer | string | null
  readonly value: Buffer | string | null
  readonly offsetDelta?: number
  readonly timestampDelta?: number
  /** Some records as they are to stand in the batch; this message stands for the first of them. */
  readonly encoded?: Buffer
}

/** What kafkajs asks an encoder for. */
export interface EncodedRecord {
  readonly buf: Buffer
  readonly buffer: Buffer
}

type Encode = (message: MessageToEncode) => EncodedRecord

const NOTHING = Buffer.alloc(0)
const scratch = new RecordBuffer(64 * 1024)

/** Must run before the first message is sent: kafkajs loads what encodes a request with the first one. */
export function installRecordEncoder(): void {
  replaceInKafkajs('protocol/recordBatch/record/v0', encoderBefore)
}

/** Ours where it can be, else the original: for headers with several values, or none that can be written. */
export function encoderBefore(original: Encode): Encode {
  return (message) => {
    const { encoded, offsetDelta = 0, timestampDelta = 0 } = message
    if (encoded !== undefined) return { buf: encoded, buffer: encoded }
    if (!isPlain(message) || !Number.isSafeInteger(timestampDelta)) return original(message)
    scratch.clear()
    scratch.write(message, { offsetDelta, timestampDelta })
    const buffer = Buffer.from(scratch.written())
    return { buf: buffer, buffer }
  }
}

function isPlain(message: MessageToEncode): message is MessageToEncode & RecordToEncode {
  return Object.values(message.headers ?? {}).every((value) => typeof value === 'string' || Buffer.isBuffer(value))
}

export interface EncodedRecords {
  readonly encoded: Buffer
  readonly count: number
  /** Milliseconds since 1970: of the first, which the deltas are from, and the latest of all. */
  readonly firstTimestamp: number
  readonly maxTimestamp: number
}

/**
 * So many messages for kafkajs that its batch holds these records. It groups the messages of a send by partition, at a
 * cost that grows with the square of their number; these are of one. And it copies each of them to encode it; these are
 * all the same but for the first and the last.
 */
export function messagesOf(
  { encoded, count, firstTimestamp, maxTimestamp }: EncodedRecords,
  partition: number,
): Message[] {
  const none = { value: NOTHING, partition, encoded: NOTHING }
  const messages = Array<Message & { readonly encoded: Buffer }>(count).fill(none)
  messages[count - 1] = { ...none, timestamp: String(maxTimestamp) }
  messages[0] = { ...none, encoded, timestamp: String(firstTimestamp) }
  return Object.defineProperties(messages, {
    reduce: { value: () => ({ [partition]: messages }) },
    map: { value: <To>(change: (message: Message, index: number) => To) => mapAlike(messages, change) },
  })
}

function mapAlike<To>(messages: readonly Message[], change: (message: Message, index: number) => To): To[] {
  const last = messages.length - 1
  const changed = (index: number) => change(messages[index] as Message, index)
  const mapped = Array<To>(messages.length).fill(changed(Math.min(1, last)))
  mapped[0] = changed(0)
  mapped[last] = changed(last)
  return mapped
}
