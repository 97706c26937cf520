/** Brings a database to the present schema; safe from any number of processes at once. */
import { CompiledQuery, Kysely, Migrator, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import { migrations } from '../../migrations/list.ts'

/** The database was migrated by a newer release: this one must not run against it. */
export class NewerSchema extends Error {
  readonly code = 'newer-schema'
  readonly retriable = false

  constructor(unknown: readonly string[]) {
    super(`the database has migrations that this release does not know: ${unknown.join(', ')}`)
    this.name = 'NewerSchema'
  }
}

export interface MigrationStatus {
  readonly name: string
  /** Null: not applied yet. */
  readonly appliedAt: Date | null
}

/** Applies what is missing and returns its names. Throws NewerSchema, or the database's error. */
export async function migrate(pool: pg.Pool): Promise<readonly string[]> {
  const db = kysely(pool)
  await refuseNewer(db)
  const { error, results } = await migrator(db).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error(String(error))
  return (results ?? []).map(({ migrationName }) => migrationName)
}

export async function migrationStatus(pool: pg.Pool): Promise<readonly MigrationStatus[]> {
  const db = kysely(pool)
  await refuseNewer(db)
  const known = await migrator(db).getMigrations()
  return known.map(({ name, executedAt }) => ({ name, appliedAt: executedAt ?? null }))
}

function migrator(db: Kysely<unknown>): Migrator {
  return new Migrator({
    db,
    provider: {
      getMigrations: () =>
        Promise.resolve(
          Object.fromEntries(
            Object.entries(migrations).map(([name, text]) => [
              name,
              { up: async (to: Kysely<unknown>) => void (await to.executeQuery(CompiledQuery.raw(text))) },
            ]),
          ),
        ),
    },
  })
}

async function refuseNewer(db: Kysely<unknown>): Promise<void> {
  const { rows: tables } = await sql<{ present: boolean }>`
    select to_regclass('kysely_migration') is not null as present`.execute(db)
  if (tables[0]?.present !== true) return
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const unknown = rows.map(({ name }) => name).filter((name) => !(name in migrations))
  if (unknown.length > 0) throw new NewerSchema(unknown)
}

/** The pool stays the caller's: this only gives it Kysely's face. */
function kysely(pool: pg.Pool): Kysely<unknown> {
  return new Kysely({ dialect: new PostgresDialect({ pool }) })
}
