/**
 * Verifies what the store remembers, law by law: the log's form, what its events say together, the answers kept with
 * keys, and the snapshots. It reads up to the head that it finds, so it may run beside a service that writes.
 *
 * The log is read once, in pages that each are a short statement of their own: no snapshot is held longer. Memory grows
 * by some 80 bytes for each order and 30 for each other stream.
 */
import type pg from 'pg'
import type { Check } from './tally.ts'
import { auditShop } from './shop-audit.ts'
import type { Position } from '../store/commit/command.ts'
import type { StoredEvent } from '../store/log/feed.ts'
import { readEvents } from '../store/log/read-log.ts'
import { auditKeys } from './key-audit.ts'
import { auditLog, type LogEnds } from './log-audit.ts'
import { auditSnapshots } from './snapshot-audit.ts'

export interface VerifyLogOptions {
  readonly pool: pg.Pool
  /** Events read at a time. */
  readonly page?: number
  /** Called after each page. */
  readonly onProgress?: (position: Position, head: Position) => void
}

export interface LogVerification {
  /** The head up to which the log was verified. */
  readonly position: Position
  readonly checks: readonly Check[]
}

/** Five thousand orders with their lines are some 2 MB, read in about 20 ms. */
const PAGE = 5_000

/** Throws only when the database does: whatever it finds is a breach in a check. */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerification> {
  const { pool, page = PAGE, onProgress } = options
  const snapshots = await auditSnapshots(pool)
  const ends = await readEnds(pool)
  const { head } = ends
  const log = auditLog(ends)
  const shop = auditShop()

  for await (const events of pages(pool, head, page)) {
    for (const stored of events) {
      const today = log.see(stored)
      snapshots.see(stored, today)
      for (const event of today ?? []) shop.see({ ...stored, event })
    }
    onProgress?.(events.at(-1)?.position ?? head, head)
  }
  const checks = [...log.finish(), ...shop.finish(), await auditKeys(pool, head), snapshots.finish()]
  return { position: head, checks }
}

/** The events from the first one to the head; the next page is on its way while one is looked at. */
async function* pages(pool: pg.Pool, head: Position, limit: number): AsyncGenerator<readonly StoredEvent[]> {
  let next = readEvents(pool, 0, limit)
  for (;;) {
    const events = await next
    const last = events.at(-1)
    if (last === undefined) return
    const more = events.length === limit && last.position < head
    if (more) {
      next = readEvents(pool, last.position, limit)
      next.catch(() => undefined) // it is awaited in the next round
    }
    yield last.position > head ? events.filter(({ position }) => position <= head) : events
    if (!more) return
  }
}

async function readEnds(pool: pg.Pool): Promise<LogEnds> {
  const { rows } = await pool.query<[string | null, string | null, string | null]>({
    text: `select (select position from log.log_head),
      (select min(position) from log.events), (select max(position) from log.events)`,
    rowMode: 'array',
  })
  const [head = null, first = null, last = null] = rows[0] ?? []
  // Without its row the head is as good as 0: what stands behind it is then a breach.
  return {
    head: Number(head ?? 0),
    first: first === null ? null : Number(first),
    last: last === null ? null : Number(last),
  }
}
