/** A record that somebody else sent us, with all that identifies it. Nothing of it is trusted. */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { FetchedRecord } from '../client/record-batches.ts'
import { headerTexts, type RecordHeader } from '../client/record-headers.ts'
import type { NewDeadLetter, RecordMark } from './inbound-offsets.ts'
import type { StoredHeader } from '../letters/letter-table.ts'

export interface InboundRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** Why a record is none that can be handled: a word for programs, a sentence for people. */
export interface RecordFault {
  readonly class: string
  readonly message: string
}

/** As it came from the brokers. */
export interface ArrivedRecord extends InboundRecord {
  /** Why it is parked without being looked at; null: it is not. */
  readonly fault: RecordFault | null
  /** It stands for a batch that begins at this offset and cannot be unpacked; null: it is a record. */
  readonly batchFrom: number | null
}

export function arrivedRecord(topic: string, partition: number, record: FetchedRecord): ArrivedRecord {
  try {
    return { ...inboundRecord(topic, partition, record), fault: null, batchFrom: null }
  } catch (error) {
    const { offset, timestamp, key, value } = record
    const at = { topic, partition, offset, timestamp: exact(timestamp) }
    return { ...at, key, value, headers: [], fault: defectOf(error), batchFrom: null }
  }
}

/** What threw for no reason that anybody foresaw. */
export function defectOf(error: unknown): RecordFault {
  const message = error instanceof Error ? error.message : typeof error === 'string' ? error : 'no error was thrown'
  return { class: 'defect', message: `the command failed with a bug: ${message}` }
}

export function inboundRecord(topic: string, partition: number, record: FetchedRecord): InboundRecord {
  return { ...record, topic, partition, timestamp: exact(record.timestamp), headers: [...record.headers] }
}

/** Anyone who writes a record may claim any time: the next one that every number of ours can hold. */
export function exact(timestamp: number): number {
  return Math.min(Math.max(timestamp, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

export function markOf({ offset, timestamp, key, value, batchFrom }: ArrivedRecord): RecordMark {
  if (batchFrom !== null) return { offset, timestamp, checksum: null }
  const checksum = crc32(value ?? '', crc32(key ?? ''))
  return { offset, timestamp, checksum }
}

export function sameRecord(one: RecordMark, other: RecordMark): boolean {
  return one.offset === other.offset && one.timestamp === other.timestamp && one.checksum === other.checksum
}

/** Whether the record is where the place was left; of a batch that could not be read nothing else is known. */
export function isStill(record: ArrivedRecord, last: RecordMark): boolean {
  const mark = markOf(record)
  return last.checksum === null || mark.checksum === null ? mark.offset === last.offset : sameRecord(mark, last)
}

/** The text of a header; null: none, or it has no value. Of several the last one counts. */
export function headerText({ headers }: InboundRecord, name: string): string | null {
  return headerTexts(headers, [name])[0] ?? null
}

/** The record as it is parked. `kept`: of its value. */
export function deadLetter(record: ArrivedRecord, fault: RecordFault, kept = record.value): NewDeadLetter {
  const headers = record.headers.map(([name, bytes]) => [storedName(name), bytes?.toString('base64') ?? null])
  return { ...unreadLetter(record, fault, kept), headers: Buffer.from(JSON.stringify(headers)) }
}

/** A name that is not UTF-8 is stored as its bytes. */
function storedName(name: Buffer): StoredHeader[0] {
  return isUtf8(name) ? name.toString() : { base64: name.toString('base64') }
}

/** Without its headers, for when they are what fails. */
export function unreadLetter(record: ArrivedRecord, fault: RecordFault, kept = record.value): NewDeadLetter {
  const [name, message] = [storable(fault.class), storable(fault.message)]
  const cause = causeOf({ class: name, message })
  const { batchFrom, offset, key } = record
  const place =
    batchFrom === null
      ? { record: markOf(record), lastOffset: null }
      : { record: { ...markOf(record), offset: batchFrom }, lastOffset: offset }
  return { ...place, key, value: kept, headers: Buffer.from('[]'), class: name, message, cause }
}

/** Without what Postgres takes in no text (NUL), or a terminal would act on, and not longer than anybody reads. */
function storable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}').slice(0, 1_000)
}

/**
 * What letters that failed alike have in common, as one short word that can stand in an address: the class and eight hex
 * digits over the message without what differs from record to record.
 */
function causeOf({ class: name, message }: RecordFault): string {
  const common = message.replaceAll(/"[^"]*"/g, '""').replaceAll(/\d+/g, '0')
  return `${name}-${createHash('sha256').update(common).digest('hex').slice(0, 8)}`
}
