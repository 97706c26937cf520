/** Brings a database to the present schema; safe from any number of processes at once. */
import { CompiledQuery, Kysely, Migrator, PostgresDialect } from 'kysely'
import pg from 'pg'
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

const [FIRST = ''] = Object.keys(migrations)

export interface MigrationStatus {
  readonly name: string
  /** Null: not applied yet. */
  readonly appliedAt: Date | null
}

/** Applies what is missing and returns its names. Throws NewerSchema, or the database's error. */
export async function migrate(pool: pg.Pool): Promise<readonly string[]> {
  const { db, schema } = await openMigrations(pool)
  const { error, results } = await migrator(db, schema).migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error(String(error))
  return (results ?? []).map(({ migrationName }) => migrationName)
}

export async function migrationStatus(pool: pg.Pool): Promise<readonly MigrationStatus[]> {
  const { db, schema } = await openMigrations(pool)
  const known = await migrator(db, schema).getMigrations()
  return known.map(({ name, executedAt }) => ({ name, appliedAt: executedAt ?? null }))
}

function migrator(db: Kysely<unknown>, schema: string): Migrator {
  return new Migrator({
    db,
    migrationTableSchema: schema,
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

async function openMigrations(pool: pg.Pool): Promise<{ readonly db: Kysely<unknown>; readonly schema: string }> {
  const { schema, names } = await findRecord(pool)
  const unknown = names.filter((name) => !(name in migrations))
  if (unknown.length > 0) throw new NewerSchema(unknown)
  // The pool stays the caller's: this only gives it Kysely's face.
  return { db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }), schema }
}

/** The record of migrations: in `public`, unless a release that went by the search_path of its role made it elsewhere. */
export async function findRecord(
  pool: pg.Pool,
): Promise<{ readonly schema: string; readonly names: readonly string[] }> {
  const { rows: places } = await pool.query<{ schema: string }>(
    `select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'kysely_migration' and has_table_privilege(c.oid, 'select') order by n.nspname <> 'public'`,
  )
  for (const { schema } of places) {
    const { rows } = await pool.query<{ name: string }>(
      `select name from ${pg.escapeIdentifier(schema)}.kysely_migration order by name`,
    )
    if (rows.some(({ name }) => name === FIRST)) return { schema, names: rows.map(({ name }) => name) }
  }
  return { schema: 'public', names: [] }
}
