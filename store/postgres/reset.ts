/** Takes everything of ours out of a database, and nothing else. */
import pg from 'pg'
import { PROBE_SESSION } from './database.ts'
import { findRecord } from './migrate.ts'

/** Sessions of services and commands at work on the database; those that have the asking one's name are left out. */
export async function countOtherSessions(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ sessions: number }>(
    `select count(*)::int as sessions from pg_stat_activity
    where datname = current_database() and application_name like 'orderledger %'
      and application_name not in (current_setting('application_name'), $1)`,
    [`orderledger ${PROBE_SESSION}`],
  )
  return rows[0]?.sessions ?? 0
}

/** Drops the log, the read models, the registry and the record of migrations, all or nothing. There is no way back. */
export async function dropEverything(pool: pg.Pool): Promise<void> {
  const schema = pg.escapeIdentifier((await findRecord(pool)).schema)
  // One message, so one transaction.
  await pool.query(
    `drop schema if exists log cascade;
    drop schema if exists views cascade;
    drop schema if exists registry cascade;
    drop schema if exists mail cascade;
    drop schema if exists behaviour cascade;
    drop table if exists ${schema}.kysely_migration, ${schema}.kysely_migration_lock`,
  )
}
