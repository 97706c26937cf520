/** What `db status` shows. */
import { systemClock } from '../../app/clock.ts'
import { migrationFailure } from '../../app/start/migrate-database.ts'
import { Progress } from '../../projections/live/progress.ts'
import { readProjectionStates } from '../../projections/live/projection-states.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { readLogStatus } from '../../store/log/log-status.ts'
import { migrationStatus, NewerSchema, type MigrationStatus } from '../../store/postgres/migrate.ts'
import { table } from '../output/output.ts'

export interface DatabaseStatus {
  readonly database: string
  readonly migrations: readonly MigrationStatus[]
  /** Null while migrations are missing. */
  readonly log: {
    readonly head: number
    readonly events: number
    readonly recordedAt: Date | null
    readonly logBytes: number
    readonly databaseBytes: number
  } | null
  readonly projections: readonly {
    readonly name: string
    readonly version: number
    readonly generation: number
    readonly state: string
    readonly position: number
    readonly lagEvents: number
  }[]
}

export async function readStatus(pool: Pool, database: string): Promise<DatabaseStatus> {
  const migrations = await migrationStatus(pool).catch((error: unknown) => {
    throw error instanceof NewerSchema ? migrationFailure(error) : error
  })
  if (migrations.some(({ appliedAt }) => appliedAt === null))
    return { database, migrations, log: null, projections: [] }
  const log = await readLogStatus(pool)
  const states = await readProjectionStates(pool, new Progress(systemClock))
  return {
    database,
    migrations,
    log: { ...log, events: log.head },
    projections: states.map(({ name, version, generation, state, position, lagEvents }) => ({
      ...{ name, version, generation, state, position, lagEvents },
    })),
  }
}

export function statusText({ database, migrations, log, projections }: DatabaseStatus): string {
  const applied = table(
    ['migration', 'applied'],
    migrations.map(({ name, appliedAt }) => [name, appliedAt?.toISOString() ?? 'not yet; run orderledger db migrate']),
  )
  if (log === null) return [database, '', applied].join('\n')
  const size = [
    ['events', log.events.toLocaleString('en-US')],
    ['last recorded', log.recordedAt?.toISOString() ?? 'never'],
    ['log', megabytes(log.logBytes)],
    ['database', megabytes(log.databaseBytes)],
  ].map(([name = '', value = '']) => `${name.padEnd(15)}${value}`)
  const views = table(
    ['projection', 'version', 'generation', 'state', 'position', 'behind'],
    projections.map(({ name, version, generation, state, position, lagEvents }) => [
      ...[name, version, generation, state, position, lagEvents],
    ]),
  )
  return [database, '', applied, '', ...size, '', views].join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`
}
