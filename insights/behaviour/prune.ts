/** Sums that nobody asks for any more go: minutes with the events, days after 400, pairs after 13 times 4 weeks. */
import type { Pool } from '../../store/postgres/database.ts'

const MINUTE_DAYS = 8
const FUNNEL_DAYS = 400
const PAIR_EPOCHS = 13
export const MOST_LETTERS = 10_000
const LETTER_DAYS = 7

export async function prune(pool: Pool): Promise<void> {
  await pool.query(
    `delete from behaviour.minutes where minute < clock_timestamp() - interval '${String(MINUTE_DAYS)} days'`,
  )
  await pool.query(`delete from behaviour.funnel where day < current_date - ${String(FUNNEL_DAYS)}`)
  await pool.query(
    `delete from behaviour.pairs where epoch < (
      select min(epoch) from (select distinct epoch from behaviour.pairs order by epoch desc limit ${String(PAIR_EPOCHS)}) as newest)`,
  )
  await pool.query(
    `delete from behaviour.letters where parked_at < clock_timestamp() - interval '${String(LETTER_DAYS)} days'
      or id <= (select max(id) from behaviour.letters) - ${String(MOST_LETTERS)}`,
  )
}
