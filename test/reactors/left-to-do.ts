/** What reactors have still to do. */
import type { Pool } from '../../store/postgres/database.ts'

export interface LeftToDo {
  readonly reactor: string
  readonly left: number
  readonly parked: number
}

/**
 * By reactor, without those that have nothing to do. Attempts to pay that ended without an outcome of the gateway are read for a
 * day: those that were read since then (milliseconds since 1970, by the database's clock) do not count.
 */
export async function leftToDo(pool: Pick<Pool, 'query'>, since = 0): Promise<readonly LeftToDo[]> {
  const { rows } = await pool.query<LeftToDo>(
    `select reactor, count(*)::int as left, count(failure)::int as parked from log.due d
    where not (
      reactor = 'payments' and failure is null and detail ? 'attempt' and (detail->'looked'->>'at')::float8 >= $1
      and exists (
        select from log.events e where e.stream = d.stream and e.type = 'PaymentDeclined' and e.position >= d.position
      )
    )
    group by reactor order by reactor`,
    [since],
  )
  return rows
}
