/**
 * Verifies what the store remembers, law by law: the log's form, what its events say together, the answers kept with
 * keys, and the snapshots; and the rows of read models, where an audit of them is given. It reads up to the head that it
 * finds, so it may run beside a service that writes.
 *
 * The log is read once, however long it is: what does not fit into memory is spilled by key, and judged at the end.
 */
import type { Pool } from '../store/postgres/database.ts'
import { auditKeys } from './key-audit.ts'
import { auditLog, type LogEnds } from './log-audit.ts'
import { auditMoney } from './money-audit.ts'
import { auditFraud, readFraudReading } from './orders/fraud-audit.ts'
import { auditRestocks } from './orders/restock-audit.ts'
import { auditShop } from './shop-audit.ts'
import { auditSnapshots } from './snapshot-audit.ts'
import type { Spill } from './spill/spill-file.ts'
import type { Check, Located } from './tally.ts'
import type { ViewAudit } from './view-audit.ts'
import { walkLog } from './walk-log.ts'
import { decodeUntrusted } from '../schemas/codec.ts'
import { DecodeError } from '../schemas/codec-errors.ts'
import { upcast } from '../schemas/upcast.ts'
import type { Position } from '../store/commit/command.ts'
import { readEvents } from '../store/log/read-log.ts'

export interface VerifyLogOptions {
  /** Two of its connections are used at a time. */
  readonly pool: Pool
  readonly spill: Spill
  /** Sees every event too. */
  readonly views?: ViewAudit
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

/** Throws only when the database does, or a SpillError: whatever it finds is a breach in a check. */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerification> {
  const { pool, spill, views } = options
  const snapshots = await auditSnapshots(pool)
  // Before the head: what was to be raised by then lies at or before it.
  const fraud = auditFraud(await readFraudReading(pool), spill)
  const ends = await readEnds(pool)
  const { head } = ends
  const log = auditLog(ends, spill)
  const shop = auditShop(spill)
  const money = auditMoney(spill)
  const restocks = auditRestocks(spill)
  // Keys are read from another table, by a server process of their own.
  const [keys] = await Promise.all([
    auditKeys(pool, head, spill),
    walkLog({ ...options, head }, (stored) => {
      const today = log.see(stored)
      snapshots.see(stored, today)
      views?.see(stored, today)
      if (today === null) return
      for (const event of today) {
        shop.see(stored, event)
        money.see(stored, event)
        restocks.see(stored, event)
        fraud.see(stored, event)
      }
    }),
  ])
  const locate = (position: Position) => located(pool, position)
  const together = [...(await shop.finish(locate)), ...(await money.finish(locate)), restocks.finish(), fraud.finish()]
  const checks = [...(await log.finish(locate)), ...together, keys, snapshots.finish()]
  return { position: head, checks }
}

/** What is stored at a position of the log. */
export async function located(pool: Pool, at: Position): Promise<Located> {
  const [stored] = await readEvents(pool, at - 1, 1)
  if (stored === undefined) throw new Error(`position ${at} is no longer in the log`)
  const { position, stream, version, type, schemaVersion, data } = stored
  try {
    return { position, stream, version, today: upcast(decodeUntrusted(type, schemaVersion, data)) }
  } catch (error) {
    if (error instanceof DecodeError) return { position, stream, version, today: [] }
    throw error
  }
}

async function readEnds(pool: Pool): Promise<LogEnds> {
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
