/** Takes everything of ours out of a database, and nothing else. */
import type pg from 'pg'

/** Sessions of this program on the database, the asking one left out: services and commands at work. */
export async function countOtherSessions(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ sessions: number }>(
    `select count(*)::int as sessions from pg_stat_activity
    where datname = current_database() and application_name like 'orderledger %' and pid <> pg_backend_pid()`,
  )
  return rows[0]?.sessions ?? 0
}

/** Drops the log, the read models and the record of migrations, all or nothing. There is no way back. */
export async function dropEverything(pool: pg.Pool): Promise<void> {
  // One message, so one transaction.
  await pool.query(
    `drop schema if exists log cascade;
    drop schema if exists views cascade;
    drop table if exists kysely_migration, kysely_migration_lock`,
  )
}
