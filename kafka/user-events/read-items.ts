/** What a fetch brings, one by one, and what names each for good: a topic that is made again uses the same offsets for others. */
import { crc32 } from 'node:zlib'
import { visibleRecords, type FetchedBatch, type FetchedRecord } from '../client/record-batches.ts'
import { exact } from '../inbound/inbound-record.ts'

/** As `RecordMark` of the intake. */
export interface Mark {
  readonly offset: number
  readonly timestamp: number
  readonly checksum: number | null
}

/** A record, or a batch that cannot be unpacked. */
export type Item =
  | { readonly offset: number; readonly record: FetchedRecord }
  | { readonly offset: number; readonly unread: string; readonly bytes: Buffer }

export function itemsIn(batch: FetchedBatch): readonly Item[] {
  return visibleRecords(batch).map((record) => ({ offset: record.offset, record }))
}

export function markOf(item: Item): Mark {
  if ('unread' in item) return { offset: item.offset, timestamp: 0, checksum: null }
  const { offset, timestamp, key, value } = item.record
  return { offset, timestamp: exact(timestamp), checksum: crc32(value ?? '', crc32(key ?? '')) }
}

export function isSame(one: Mark | null, other: Mark): boolean {
  return one !== null && one.offset === other.offset && isStill(one, other)
}

/** Of a batch that could not be unpacked nothing else is known. */
export function isStill(found: Mark, last: Mark): boolean {
  if (found.checksum === null || last.checksum === null) return true
  return found.checksum === last.checksum && found.timestamp === last.timestamp
}
