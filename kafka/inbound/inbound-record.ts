/** A record that somebody else sent us, with all that identifies it. Nothing of it is trusted. */
import { crc32 } from 'node:zlib'
import type { FetchedRecord } from '../client/record-batches.ts'
import { headerTexts, type RecordHeader } from '../client/record-headers.ts'
import type { NewDeadLetter, RecordMark } from './inbound-offsets.ts'
import { causeOf } from './cause.ts'

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

export function inboundRecord(topic: string, partition: number, record: FetchedRecord): InboundRecord {
  return { ...record, topic, partition, headers: [...record.headers] }
}

export function markOf({ offset, timestamp, key, value }: InboundRecord): RecordMark {
  const checksum = crc32(value ?? '', crc32(key ?? ''))
  return { offset, timestamp, checksum }
}

export function sameRecord(one: RecordMark, other: RecordMark): boolean {
  return one.offset === other.offset && one.timestamp === other.timestamp && one.checksum === other.checksum
}

/** The text of a header; null: there is none, or it has no value. Of several the last one counts. */
export function headerText({ headers }: InboundRecord, name: string): string | null {
  return headerTexts(headers, [name])[0] ?? null
}

/** The record as it is parked. */
export function deadLetter(record: InboundRecord, fault: RecordFault): NewDeadLetter {
  const { key, value, headers } = record
  const message = storable(fault.message)
  return {
    record: markOf(record),
    key,
    value,
    headers: Buffer.from(
      JSON.stringify(headers.map(([name, bytes]) => [name.toString(), bytes?.toString('base64') ?? null])),
    ),
    class: fault.class,
    message,
    cause: causeOf({ class: fault.class, message }),
  }
}

/** Without what Postgres takes in no text (NUL), or a terminal would act on, and not longer than anybody reads. */
function storable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}').slice(0, 1_000)
}
