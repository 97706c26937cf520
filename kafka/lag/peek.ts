/** Looks at what a reader that does not move would read next. */
import { visibleRecords } from '../client/record-batches.ts'
import type { PartitionReader } from '../client/partition-reader.ts'

export interface Peeked {
  /** The first record that any reader sees; without one the end of what was looked at. */
  readonly next: number
  /** When it was written, in milliseconds since 1970; null: none, or it does not say. */
  readonly at: number | null
  /** It is of a transaction that is still open: what becomes of it is not known. */
  readonly open: boolean
}

const FETCH = { wait: 0, bytes: 64 * 1024 }
/** In one look; the next one goes on. */
const MOST_FETCHES = 20

/** Rejects as the client does. */
export async function peek(
  reader: PartitionReader,
  { topic, partition, offset, end }: Record<'partition' | 'offset' | 'end', number> & { readonly topic: string },
): Promise<Peeked> {
  let next = offset
  for (let fetch = 1; next < end && fetch <= MOST_FETCHES; fetch++) {
    const batches = await reader.batches(topic, partition, next, FETCH)
    for (const batch of batches) {
      if (batch.unreadable !== null) return { next: Math.max(next, batch.first), at: null, open: false }
      const [record] = visibleRecords(batch)
      if (record !== undefined) return { next: record.offset, at: timeOf(record), open: false }
      next = batch.last + 1
    }
    if (batches.length > 0) continue
    // What is behind the first open transaction is given only to those who want what is not committed.
    const { records } = await reader.fetch(topic, partition, next, { wait: 0, bytes: 1, isolation: 'all' })
    return { next, at: timeOf(records[0]), open: true }
  }
  return { next, at: null, open: false }
}

function timeOf(record: { readonly timestamp: number } | undefined): number | null {
  return record !== undefined && record.timestamp > 0 ? record.timestamp : null
}
