/**
 * Records as they are kept: many in one value, compressed here, because Postgres' own compression takes ten times as long and
 * a row an event fifty times.
 *
 *   first: time of receipt of the first (float64) · of each: flags (1 byte), milliseconds since that time (int32),
 *   length (uint16), UserEvent in Avro
 */
import { compressSync, uncompressSync } from 'lz4-napi'
import type { Action } from '../../schemas/behaviour/user-event.ts'

export interface KeptRecord {
  /** UserEvent in Avro. */
  readonly data: Buffer
  /** By the clock of who received it, in milliseconds. */
  readonly receivedAt: number
  /** Its time is not the one that it was sent with. */
  readonly moved: boolean
  /** What `data` says, where somebody knows it: to decode it again takes as long as to count it. */
  readonly action?: Action
}

const HEAD_BYTES = 8
const RECORD_BYTES = 7
const MOVED = 1

export function packChunk(records: readonly KeptRecord[]): Buffer {
  const first = records[0]?.receivedAt ?? 0
  const size = records.reduce((bytes, { data }) => bytes + RECORD_BYTES + data.length, HEAD_BYTES)
  const packed = Buffer.allocUnsafe(size)
  packed.writeDoubleLE(first, 0)
  let at = HEAD_BYTES
  for (const { data, receivedAt, moved } of records) {
    packed.writeUInt8(moved ? MOVED : 0, at)
    packed.writeInt32LE(receivedAt - first, at + 1)
    packed.writeUInt16LE(data.length, at + 5)
    packed.set(data, at + RECORD_BYTES)
    at += RECORD_BYTES + data.length
  }
  return compressSync(packed)
}

/** Of bytes that `packChunk` has made. */
export function unpackChunk(bytes: Buffer): readonly KeptRecord[] {
  const packed = uncompressSync(bytes)
  const first = packed.readDoubleLE(0)
  const records: KeptRecord[] = []
  for (let at = HEAD_BYTES; at < packed.length;) {
    const from = at + RECORD_BYTES
    const end = from + packed.readUInt16LE(at + 5)
    records.push({
      data: packed.subarray(from, end),
      receivedAt: first + packed.readInt32LE(at + 1),
      moved: packed.readUInt8(at) === MOVED,
    })
    at = end
  }
  return records
}
