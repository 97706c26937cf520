/** Brings a database to what this release needs, for any program that may use it first; or says why it cannot. */
import { readersFromNow } from '../../reactors/list.ts'
import { beginAtHead } from '../../store/log/checkpoints.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { migrate, NewerSchema } from '../../store/postgres/migrate.ts'
import { sqlState } from '../../store/postgres/sqlstate.ts'
import { StartFailure } from '../start-failure.ts'

/**
 * Applies the migrations that are missing and returns their names. Reactors that this log has not had begin behind its last
 * event. Safe from any number of processes at once. Throws a StartFailure that says what to do.
 */
export async function migrateDatabase(pool: Pool): Promise<readonly string[]> {
  try {
    const applied = await migrate(pool)
    await beginAtHead(pool, readersFromNow)
    return applied
  } catch (error) {
    throw migrationFailure(error)
  }
}

/** By the beginning of the SQLSTATE. */
const NEXT: readonly (readonly [RegExp, string])[] = [
  [
    /^42501/,
    'grant the role in DATABASE_URL the right to create schemas in that database and tables in its schema public',
  ],
  [/^(42P06|42P07|42723)/, 'name a database in DATABASE_URL in which nobody else has schemas log, views or registry'],
  [/^(53|58)/, 'make room on the disk or in the memory of that server, then start again'],
  [/^25006/, 'see why that server is read-only (a full disk, a standby), then start again'],
]

/** Why it could not be done, and what to do. */
export function migrationFailure(error: unknown): StartFailure {
  const what = error instanceof Error ? error.message : String(error)
  if (error instanceof NewerSchema) {
    return new StartFailure(
      {
        code: error.code,
        exitCode: 1,
        what,
        tried: 'to start this release against that database',
        next: 'start the release that migrated it, or set DATABASE_URL or DATA_DIR to another database',
      },
      { cause: error },
    )
  }
  return new StartFailure(
    {
      code: 'migration-failed',
      exitCode: 1,
      what,
      tried: 'to migrate the database to the schema of this release; the failed migration was rolled back',
      next:
        NEXT.find(([state]) => state.test(sqlState(error) ?? ''))?.[1] ??
        'look into the log of Postgres, then start again; orderledger db status shows what is applied',
    },
    { cause: error },
  )
}
