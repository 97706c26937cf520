/** The products that fell below their reorder points in a minute: what one mail names. */
import type { Timestamp } from '../../domain/values.ts'
import { decode } from '../../schemas/codec.ts'
import type { StockFellBelow } from '../../schemas/events.ts'
import { StoreFailure, type Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'

export type StockFall = Pick<StockFellBelow, 'sku' | 'threshold' | 'available'>

/** By the time at which the events were recorded. */
export interface Minute {
  readonly from: Timestamp
  readonly to: Timestamp
}

export interface StockFalls {
  readonly count: number
  /** The first of them, in the order of the log. */
  readonly first: readonly StockFall[]
}

/** `since`: the first event of the minute. Rejects with a StoreFailure while the database is away. */
export type ReadStockFalls = (minute: Minute, since: Position) => Promise<StockFalls>

/** As many as a person reads; GET /alerts has all. */
const MOST = 500

/** Commands under way at once get their times in another order than their positions: by no more than this. */
export const SETTLES_MS = 1_000

export function stockFallsIn(pool: Pool): ReadStockFalls {
  return async ({ from, to }, since) => {
    const { rows } = await read(pool, [since, from, to])
    const first = rows.slice(0, MOST).map(({ schema_version: version, data }) => {
      const { sku, threshold, available } = decode('StockFellBelow', version, data) as StockFellBelow
      return { sku, threshold, available }
    })
    return { count: Number(rows[0]?.count ?? 0), first }
  }
}

async function read(pool: Pool, values: readonly number[]) {
  try {
    return await pool.query<{ schema_version: number; data: Buffer; count: string }>({
      name: 'read-stock-falls',
      // Up to the first event a while behind the minute: what comes later lies behind it too.
      text: `with bound as (
          select coalesce(min(position), 9223372036854775807) as position from (
            select position from log.events
            where position >= $1 and recorded_at >= to_timestamp($3::bigint / 1000.0) + interval '10 seconds'
            order by position limit 1) as behind
        )
        select schema_version, data, count(*) over () as count from log.events
        where position >= $1 and position < (select position from bound) and type = 'StockFellBelow'
          and recorded_at >= to_timestamp($2::bigint / 1000.0) and recorded_at < to_timestamp($3::bigint / 1000.0)
        order by position limit ${String(MOST)}`,
      values: [...values],
    })
  } catch (error) {
    throw new StoreFailure('store-unavailable', 'this release cannot read the events of that minute', { cause: error })
  }
}
