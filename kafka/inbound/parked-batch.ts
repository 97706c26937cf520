/**
 * A batch of records that cannot be unpacked. One that may have been spoiled on its way is fetched again; one that stays
 * as it is becomes one letter with its offsets and bytes, which is opened when the letter is tried again.
 */
import { pause } from '../../store/waiting/pause.ts'
import { silentLog } from '../client/connection.ts'
import { PartitionReader } from '../client/partition-reader.ts'
import { readBatches, visibleRecords, type FetchedBatch } from '../client/record-batches.ts'
import type { KafkaSettings } from '../settings.ts'
import type { InboundPartition } from './inbound-offsets.ts'
import { arrivedRecord, exact, type ArrivedRecord } from './inbound-record.ts'
import { HandedOver } from './patience.ts'

export interface BatchPlace extends InboundPartition {
  readonly first: number
  readonly last: number
}

/** Before each attempt. */
const AGAIN_MS = [500, 2_000, 4_000]
/** More than any batch has (TOPIC_SETTINGS). */
const FETCH = { wait: 200, bytes: 2 * 1024 * 1024 }
const FIRST_TIMESTAMP = 27

/** All batches of these offsets, over a connection of its own. Rejects as the client does. */
export async function fetchBatches(
  settings: KafkaSettings,
  { topic, partition, first, last }: BatchPlace,
): Promise<readonly FetchedBatch[]> {
  const reader = new PartitionReader(settings, { clientId: 'order-commands again', log: silentLog })
  const batches: FetchedBatch[] = []
  try {
    await reader.connect()
    for (let next = first; next <= last; next = (batches.at(-1)?.last ?? last) + 1) {
      const found = (await reader.batches(topic, partition, next, FETCH)).filter((batch) => batch.first <= last)
      if (found.length === 0) break
      batches.push(...found)
    }
    return batches
  } finally {
    await reader.disconnect()
  }
}

/** Fetches what has a wrong checksum anew, each time over another connection. Null: it stays as it is. */
export async function fetchUnspoiled(
  settings: KafkaSettings,
  place: BatchPlace,
  signal: AbortSignal,
): Promise<readonly FetchedBatch[] | null> {
  for (const millis of AGAIN_MS) {
    if (!(await pause(millis, signal))) throw new HandedOver()
    const batches = await fetchBatches(settings, place)
    if (isWhole(batches)) return batches
  }
  return null
}

/** The batch as a record that is parked unread. */
export function parkedBatch({ topic, partition, first, last }: BatchPlace, batch: FetchedBatch): ArrivedRecord {
  const { bytes, unreadable } = batch
  const timestamp = bytes.length < FIRST_TIMESTAMP + 8 ? 0 : exact(Number(bytes.readBigInt64BE(FIRST_TIMESTAMP)))
  const message = `the batch of the offsets ${String(first)} to ${String(last)} cannot be unpacked: ${unreadable ?? ''}`
  return {
    ...{ topic, partition, timestamp, offset: last, key: null, value: bytes, headers: [] },
    fault: { class: 'unreadable-batch', message },
    batchFrom: first,
  }
}

/** The records of a batch that was parked: fetched again, else from the bytes that were kept. Null: from neither. */
export async function openBatch(
  place: BatchPlace,
  kept: Buffer,
  fetch: (place: BatchPlace) => Promise<readonly FetchedBatch[]>,
): Promise<readonly ArrivedRecord[] | null> {
  for (const read of [() => fetch(place), () => readBatches(kept)]) {
    // Brokers that are away leave the letter as it is.
    const batches = await read().catch(() => [])
    if (isWhole(batches)) return recordsWithin(place, batches)
  }
  return null
}

function recordsWithin(
  { topic, partition, first, last }: BatchPlace,
  batches: readonly FetchedBatch[],
): readonly ArrivedRecord[] {
  return batches
    .flatMap(visibleRecords)
    .filter(({ offset }) => offset >= first && offset <= last)
    .map((record) => arrivedRecord(topic, partition, record))
}

function isWhole(batches: readonly FetchedBatch[]): boolean {
  return batches.length > 0 && batches.every(({ unreadable }) => unreadable === null)
}
