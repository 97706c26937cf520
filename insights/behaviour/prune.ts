/**
 * Sums that nobody asks for any more go: minutes with the events, days after 400, pairs after 13 times 4 weeks. Of pairs, which
 * a page of anybody can multiply, only a limited number stay: those met least often go, of these the oldest.
 */
import type { Pool } from '../../store/postgres/database.ts'

const MINUTE_DAYS = 8
const FUNNEL_DAYS = 400
const PAIR_EPOCHS = 13

/** Of what events may take. */
const PAIRS_SHARE = 1 / 16
/** A pair with its indexes, as measured. */
const PAIR_BYTES = 140
/** Of one statement. */
const PAIRS_AT_ONCE = 20_000
const MOST_ROUNDS = 50

/** `mostBytes`: that events may take. */
export async function prune(pool: Pool, mostBytes: number): Promise<void> {
  await pool.query(
    `delete from behaviour.minutes where minute < clock_timestamp() - interval '${String(MINUTE_DAYS)} days'`,
  )
  await pool.query(`delete from behaviour.funnel where day < current_date - ${String(FUNNEL_DAYS)}`)
  await pool.query(
    `delete from behaviour.pairs where epoch < (
      select min(epoch) from (select distinct epoch from behaviour.pairs order by epoch desc limit ${String(PAIR_EPOCHS)}) as newest)`,
  )
  await prunePairs(pool, Math.floor((mostBytes * PAIRS_SHARE) / PAIR_BYTES))
}

/** How many sessions had a product, which every score rests on, stays: a pair of it with itself. */
async function prunePairs(pool: Pool, most: number): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { rowCount } = await pool.query(
      `delete from behaviour.pairs where ctid = any(array(
        select ctid from behaviour.pairs where sku <> other order by sessions, epoch
        limit least($2, greatest(0, (select count(*) from behaviour.pairs) - $1))))`,
      [most, PAIRS_AT_ONCE],
    )
    if ((rowCount ?? 0) < PAIRS_AT_ONCE) return
  }
}
