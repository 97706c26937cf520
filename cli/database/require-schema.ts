import { migrationFailure } from '../../app/start/migrate-database.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { migrationStatus, NewerSchema } from '../../store/postgres/migrate.ts'

/** Throws a StartFailure unless the database has exactly the schema that this release works with. */
export async function requireSchema(pool: Pool): Promise<void> {
  const migrations = await migrationStatus(pool).catch((error: unknown) => {
    throw error instanceof NewerSchema ? migrationFailure(error) : error
  })
  const missing = migrations.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  if (missing.length === 0) return
  throw new StartFailure({
    code: 'not-migrated',
    exitCode: 1,
    what: `the database lacks ${missing.join(', ')}`,
    tried: 'to read what this release stores',
    next: 'orderledger db migrate',
  })
}
