/**
 * A batch of records that cannot be unpacked. One that may have been spoiled on its way is fetched again; one that stays
 * as it is becomes one letter with its offsets and bytes, which is opened when the letter is tried again.
 */
import { pause } from '../../store/waiting/pause.ts'
import { silentLog, type KafkaLog } from '../client/connection.ts'
import type { FetchedPartition } from '../client/group-member.ts'
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

export interface Unpacking {
  readonly settings: KafkaSettings
  readonly log: KafkaLog
  readonly signal: AbortSignal
  /** Whether everything up to an offset is done with: it is neither fetched again nor spoken of. */
  readonly isDone: (offset: number) => boolean
}

/** Batches that can be read, or where the one lies that cannot. */
export type Unpacked =
  { readonly batches: readonly FetchedBatch[] } | { readonly place: BatchPlace; readonly batch: FetchedBatch }

/** The batch at `index`: as it came, or fetched again where it may have been spoiled on its way. */
export async function unpacked(
  { topic, partition, batches, end }: FetchedPartition,
  index: number,
  { settings, log, signal, isDone }: Unpacking,
): Promise<Unpacked> {
  const batch = batches[index]
  if (batch === undefined || batch.aborted) return { batches: [] }
  const { first, unreadable: reason, spoiled } = batch
  if (reason === null) return { batches: [batch] }
  // Its own head may be spoiled too: the batch behind it says where it ends.
  const last = Math.max(first, (batches[index + 1]?.first ?? Math.min(batch.last + 1, end)) - 1)
  const place = { topic, partition, first, last }
  if (isDone(last)) return { place, batch }
  if (spoiled) {
    log.warn({ ...place, reason }, 'fetching a batch again')
    const unspoiled = await fetchUnspoiled(settings, place, signal)
    if (unspoiled !== null) return { batches: unspoiled }
  }
  log.error({ ...place, reason }, 'parked a batch that cannot be unpacked')
  return { place, batch }
}

/** Why such a batch is parked. */
export function unreadableText({ first, last }: BatchPlace, { unreadable }: FetchedBatch): string {
  return `the batch of the offsets ${String(first)} to ${String(last)} cannot be unpacked: ${unreadable ?? ''}`
}

/** Fetches it again, each time over another connection. Null: it stays as it is. */
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
export function parkedBatch(place: BatchPlace, batch: FetchedBatch): ArrivedRecord {
  const { topic, partition, first, last } = place
  const { bytes } = batch
  const timestamp = bytes.length < FIRST_TIMESTAMP + 8 ? 0 : exact(Number(bytes.readBigInt64BE(FIRST_TIMESTAMP)))
  return {
    ...{ topic, partition, timestamp, offset: last, key: null, value: bytes, headers: [] },
    fault: { class: 'unreadable-batch', message: unreadableText(place, batch) },
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
