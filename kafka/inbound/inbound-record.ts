/** A record that somebody else sent us, with all that identifies it. Nothing of it is trusted. */
import { crc32 } from 'node:zlib'
import type { IHeaders, KafkaMessage } from 'kafkajs'
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

/** Names may come several times. */
export type RecordHeader = readonly [name: string, value: Buffer]

/** Why a record is none that can be handled: a word for programs, a sentence for people. */
export interface RecordFault {
  readonly class: string
  readonly message: string
}

export function inboundRecord(topic: string, partition: number, message: KafkaMessage): InboundRecord {
  const { key, value, offset, timestamp, headers } = message
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headerList(headers ?? {}),
  }
}

export function markOf({ offset, timestamp, key, value }: InboundRecord): RecordMark {
  const checksum = crc32(value ?? '', crc32(key ?? ''))
  return { offset, timestamp, checksum }
}

export function sameRecord(one: RecordMark, other: RecordMark): boolean {
  return one.offset === other.offset && one.timestamp === other.timestamp && one.checksum === other.checksum
}

/** The text of a header; null when there is none, or none in UTF-8. Of several the last one counts. */
export function headerText({ headers }: InboundRecord, name: string): string | null {
  const found = headers.findLast((header) => header[0] === name)
  return found === undefined ? null : found[1].toString()
}

/** The record as it is parked. */
export function deadLetter(record: InboundRecord, fault: RecordFault): NewDeadLetter {
  const { key, value, headers } = record
  const message = storable(fault.message)
  return {
    record: markOf(record),
    key,
    value,
    headers: Buffer.from(JSON.stringify(headers.map(([name, bytes]) => [name, bytes.toString('base64')]))),
    class: fault.class,
    message,
    cause: causeOf({ class: fault.class, message }),
  }
}

/** Without what Postgres takes in no text (NUL), or a terminal would act on, and not longer than anybody reads. */
function storable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}').slice(0, 1_000)
}

function headerList(headers: IHeaders): readonly RecordHeader[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).flatMap((value): RecordHeader[] =>
      value === undefined ? [] : [[name, Buffer.isBuffer(value) ? value : Buffer.from(value)]],
    ),
  )
}
