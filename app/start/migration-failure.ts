/** Why a database could not be brought to the present schema, as a StartFailure. */
import { NewerSchema } from '../../store/postgres/migrate.ts'
import { StartFailure } from '../start-failure.ts'

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
      next: 'check orderledger db status and the log of Postgres; the role in DATABASE_URL needs the right to create schemas',
    },
    { cause: error },
  )
}
