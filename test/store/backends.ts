/** The sessions of a test's own database, as Postgres sees them. */
import type pg from 'pg'
import { eventually } from '../support/eventually.ts'

/** Cancels or terminates the writers' backends that are in this state, and says how many. */
export async function endBackends(
  pool: pg.Pool,
  end: 'pg_cancel_backend' | 'pg_terminate_backend',
  state: string,
): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where application_name = 'orderledger writer' and datname = current_database() and ${state}`,
  )
  for (const { pid } of rows) await pool.query(`select ${end}($1)`, [pid])
  return rows.length
}

/** Resolves once a session waits for a lock. */
export async function lockIsWaitedFor(pool: pg.Pool): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rowCount !== 0
  })
}
